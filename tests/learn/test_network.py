"""Network: scikit-learn's own checks, its gradients, and what it promises besides."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import softjet as sj
from softjet import Refusal
from softjet.learn import Network, SoftmaxRegression, chain, gradients, layers

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)


@parametrize_with_checks([Network()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


SMALL = {"hidden": (6, 5), "epochs": 3}


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "softmax"])
def test_gradients_are_right(activation, loss):
    network = Network(activation=activation, loss=loss, **SMALL).fit(X, Y)
    for seed in range(3):
        report = network.check_gradients(seed)
        assert report.ok, str(report)
        assert report.wrong == ()


@pytest.mark.parametrize("mode", ["pushforward", "pullback"])
@pytest.mark.parametrize(
    "name", ["affine", "relu", "tanh", "softmax", "cross_entropy", "squared_error"]
)
def test_the_wrong_layer_is_named(name, mode):
    right = getattr(layers, name)

    def wrong(xp, kept, *seeds):
        answer = getattr(right, mode)(xp, kept, *seeds)
        if isinstance(answer, tuple):  # the gradient by W, by one part in a million
            return (answer[0], answer[1] * (1 + 1e-6), answer[2])
        return answer * (1 + 1e-6)

    mutant = dataclasses.replace(right, **{mode: wrong})
    known = {"affine": layers.affine, "relu": layers.relu, "loss": layers.cross_entropy}
    known["loss" if name in ("cross_entropy", "squared_error") else name] = mutant
    hidden = known.get(name if name != "affine" else "relu", known["relu"])
    if name in ("cross_entropy", "squared_error"):
        hidden = layers.relu
    every = (layers.affine, hidden, layers.affine)
    with pytest.MonkeyPatch.context() as patch:
        if name == "affine":
            every = tuple(
                mutant if layer is layers.affine else layer for layer in every
            )
            patch.setattr(gradients, "affine", mutant)
        report = gradients.check(every, known["loss"], (4, 6, 3))
    assert not report.ok
    verdict = f"the {mode} is not the derivative of the value"
    place = {"affine": ["layer 1, affine 4 to 6", "layer 3, affine 6 to 3"]}
    if name in ("cross_entropy", "squared_error"):
        place[name] = [f"loss, {name}"]
    named = place.get(name, [f"layer 2, {name}"])
    assert report.wrong == tuple(f"{layer}: {verdict}" for layer in named)
    assert "BROKEN" in str(report)
    assert report.wrong[0] in str(report)


def test_layers_right_and_wired_wrongly(monkeypatch):
    # The pullbacks in the order of the layers: right ones, and a wrong chain.
    def crossed(every, kept, y_bar):
        inputs, weights = chain.backward(every, kept, y_bar)
        (W, b), *others = weights
        return inputs, [(W, b[::-1]), *others]

    monkeypatch.setattr("softjet.learn.gradient_line.backward", crossed)
    report = Network(**SMALL).fit(X, Y).check_gradients()
    said = "the pullback is not the derivative of the value"
    assert report.wrong == (f"chain of all layers: {said}",)


def test_a_layer_of_ones_own_is_checked():
    def square(name, factor):
        # The square of an entry: a rule that no one has a kernel for.
        return dataclasses.replace(
            layers.tanh,
            name=name,
            value=lambda xp, x: (x * x, x),
            pushforward=lambda xp, x, x_dot: 2 * x * x_dot,
            pullback=lambda xp, x, y_bar: factor * x * y_bar,
            size=lambda xp, mode, x, *seeds: (
                x * x if mode == "value" else 2 * abs(x * seeds[0])
            ),
        )

    right = Network((6,), square("square", 2), learning_rate=0.003, epochs=20)
    assert right.fit(X, Y).check_gradients().ok
    wrong = Network((6,), square("squared", 1), epochs=1).fit(X, Y)
    (said,) = wrong.check_gradients().wrong
    assert said == "layer 2, squared: the pullback is not the derivative of the value"


def test_one_step_is_what_the_front_door_says():
    """A network of no hidden layer against the library's own loss and gradient."""
    network = Network((), optimiser="sgd", learning_rate=0.5, batch_size=None, epochs=1)
    ((W, b),) = network.fit(X, Y).weights_
    _, grad = sj.cross_entropy.value_and_grad(np.zeros((len(X), 3)), Y)
    np.testing.assert_allclose(W, -0.5 * X.T @ grad, rtol=0, atol=1e-16)
    np.testing.assert_allclose(b, -0.5 * grad.sum(axis=0), rtol=0, atol=1e-16)


def test_without_hidden_layers_it_tends_to_softmax_regression():
    settings = {"optimiser": "sgd", "learning_rate": 1.0, "batch_size": None}
    network = Network((), epochs=400, **settings).fit(X, Y)
    best = SoftmaxRegression(C=1e6).fit(X, Y)
    first, last = network.losses_[0], network.losses_[-1]
    assert first == pytest.approx(np.log(3), rel=1e-15)
    assert np.all(np.diff(network.losses_) < 0)
    assert best.objective_ - best.gap_ <= last < 0.1 * first


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_every_optimiser_learns(optimiser):
    rate = {"sgd": 0.1, "momentum": 0.02, "adam": 0.01}[optimiser]
    network = Network((8,), optimiser=optimiser, learning_rate=rate, epochs=60)
    assert network.fit(X, Y).score(X, Y) > 0.95
    assert network.n_updates_ == 60 * 5
    assert len(network.losses_) == 60


def test_every_setting_changes_something():
    plain = Network(**SMALL).fit(X, Y).predict_proba(X)
    for change in (
        {"hidden": (6,)},
        {"activation": "tanh"},
        {"loss": "squared_error"},
        {"optimiser": "sgd"},
        {"learning_rate": 0.02},
        {"batch_size": 31},
        {"batch_size": None},
        {"epochs": 4},
        {"seed": 1},
        {"class_weight": {0: 1.0, 1: 2.0, 2: 1.0}},
    ):
        other = Network(**SMALL | change).fit(X, Y).predict_proba(X)
        assert abs(other - plain).max() > 1e-4, change
    recorded = Network(**SMALL, record=2).fit(X, Y)
    np.testing.assert_array_equal(recorded.predict_proba(X), plain)


def test_the_start_depends_on_seed_and_shapes_alone():
    start = Network((6,), epochs=0).fit(X, Y)
    for change in ({"loss": "squared_error"}, {"optimiser": "sgd"}, {"batch_size": 7}):
        other = Network((6,), epochs=0, **change).fit(X[::-1], Y[::-1])
        for one, two in zip(start._flat(), other._flat(), strict=True):
            np.testing.assert_array_equal(one, two)
    other = Network((6,), epochs=0, seed=1).fit(X, Y)
    assert np.all(other.weights_[0][0] != start.weights_[0][0])
    np.testing.assert_array_equal(start.predict_proba(X), np.full((150, 3), 1 / 3))
    W, b = start.weights_[0]
    assert max(abs(W).max(), abs(b).max()) <= 0.5  # 1 / sqrt(4)


def test_every_batch_is_new_and_every_row_comes_once():
    network = Network(batch_size=64, epochs=0).fit(X, Y)
    orders = [list(network._batches(150)) for _ in range(2)]
    for batches in orders:
        assert [len(rows) for rows in batches] == [64, 64, 22]
        assert sorted(np.concatenate(batches)) == list(range(150))
    assert not np.array_equal(orders[0][0], orders[1][0])


def test_records_along_training():
    network = Network((6,), epochs=2, batch_size=40, record=3).fit(X, Y)
    records = network.records_
    assert records.updates.tolist() == [0, 3, 6, 8]
    assert records.logits.shape == (4, 150, 3)
    assert [w.shape for w in records.weights] == [(4, 4, 6), (4, 6), (4, 6, 3), (4, 3)]
    assert not records.logits[0].any()
    assert records.losses[0] == pytest.approx(np.log(3), rel=1e-15)
    for kept, now in zip(records.weights, network._flat(), strict=True):
        np.testing.assert_array_equal(kept[-1], now)
    np.testing.assert_array_equal(records.logits[-1], network.decision_function(X))
    assert records.losses[-1] == pytest.approx(
        sj.cross_entropy(network.decision_function(X), Y), rel=1e-14
    )
    assert Network((6,), epochs=1).fit(X, Y).records_.updates.size == 0


def test_partial_fit_is_fit_an_epoch_at_a_time():
    whole = Network((6,), epochs=4).fit(X, Y)
    parts = Network((6,))
    for _ in range(4):
        parts.partial_fit(X, Y, classes=[0, 1, 2])
    for one, two in zip(whole._flat(), parts._flat(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert parts.losses_ == whole.losses_


def test_partial_fit_of_a_part_of_the_classes():
    network = Network((6,))
    network.partial_fit(X[:50], Y[:50], classes=[0, 1, 2])
    for rows in (slice(50, 100), slice(100, 150)):
        network.partial_fit(X[rows], Y[rows])
    assert network.predict_proba(X).shape == (150, 3)
    assert network.n_updates_ == 6


def test_a_rate_or_an_optimiser_set_later_counts():
    slow, fast = (Network((6,)).partial_fit(X, Y) for _ in range(2))
    np.testing.assert_array_equal(slow.weights_[1][0], fast.weights_[1][0])
    before = slow.weights_[1][0].copy()
    slow.set_params(learning_rate=1e-9).partial_fit(X, Y)
    fast.set_params(optimiser="sgd", learning_rate=0.1).partial_fit(X, Y)
    assert abs(slow.weights_[1][0] - before).max() < 1e-7
    assert abs(fast.weights_[1][0] - before).max() > 1e-3


def test_class_weights_weigh_rows():
    weights = {0: 1.0, 1: 3.0, 2: 1.0}
    settings = {"optimiser": "sgd", "batch_size": None, "epochs": 30}
    weighed = Network((6,), class_weight=weights, **settings).fit(X, Y)
    times = np.where(Y == 1, 3, 1)
    repeated = Network((6,), **settings).fit(X.repeat(times, 0), Y.repeat(times))
    for one, two in zip(weighed._flat(), repeated._flat(), strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-12)


def test_in_a_pipeline_and_a_search():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Network(epochs=20)),
        {"network__hidden": [(4,), (8, 8)]},
        cv=3,
    )
    assert search.fit(X, Y).best_score_ > 0.85


def test_it_is_copied_and_pickled_whole():
    network = Network((6,), epochs=2).fit(X, Y)
    for twin in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        twin.partial_fit(X, Y)
    again = copy.deepcopy(network).partial_fit(X, Y)
    np.testing.assert_array_equal(twin.predict_proba(X), again.predict_proba(X))
    assert np.any(twin.predict_proba(X) != network.predict_proba(X))


GOLDEN = {
    "hidden": (
        {"hidden": (4, 0)},
        """
hidden is no list of widths [hidden]
  got   hidden=(4, 0)
  want  whole numbers above 0, one a hidden layer: (32,), or () for none""",
    ),
    "activation": (
        {"activation": "gelu"},
        """
no such activation [activation]
  got   activation='gelu'
  want  'relu', 'tanh', 'softmax' or a Rule""",
    ),
    "activation-maps": (
        {"activation": layers.cross_entropy},
        """
a hidden layer must put out entries or rows [activation-maps]
  got   the rule cross_entropy, which maps rows to numbers
  want  a rule that maps entries to entries or rows to rows""",
    ),
    "loss": (
        {"loss": "hinge"},
        """
no such loss [loss]
  got   loss='hinge'
  want  'cross_entropy', 'squared_error'""",
    ),
    "optimiser": (
        {"optimiser": None},
        """
no such optimiser [optimiser]
  got   optimiser=None
  want  'sgd', 'momentum', 'adam'""",
    ),
    "learning-rate": (
        {"learning_rate": 0.0},
        """
learning_rate is no positive number [learning-rate]
  got   learning_rate=0.0
  want  a finite number above 0""",
    ),
    "batch-size": (
        {"batch_size": 0},
        """
batch_size is no whole number of 1 or more [batch-size]
  got   batch_size=0
  want  a whole number, 1 or more or None for all rows at once""",
    ),
    "epochs": (
        {"epochs": True},
        """
epochs is no whole number of 0 or more [epochs]
  got   epochs=True
  want  a whole number, 0 or more""",
    ),
    "diverged": (
        {"optimiser": "sgd", "learning_rate": 1e200, "epochs": 9, "batch_size": None},
        """
training ran away: the loss is no longer a finite number [diverged]
  got   loss nan before update 3, learning_rate=1e+200
  want  a loss that stays finite
  try   a smaller learning_rate, or features of the size of 1""",
    ),
}


@pytest.mark.parametrize("code", GOLDEN)
def test_refusals(code):
    settings, text = GOLDEN[code]
    with pytest.raises(Refusal) as refusal:
        Network(**settings).fit(X, Y)
    assert refusal.value.code == code
    assert str(refusal.value) == text.lstrip()


def test_the_last_update_is_judged_too():
    runaway = {"optimiser": "sgd", "learning_rate": 1e200, "batch_size": None}
    with pytest.raises(Refusal) as refusal:
        Network(**runaway, epochs=2).fit(X, Y)
    assert refusal.value.got == "loss nan before update 3, learning_rate=1e+200"


def test_refusals_of_data():
    def code(call, *args, **kwargs):
        with pytest.raises(Refusal) as refusal:
            call(*args, **kwargs)
        return refusal.value.code

    holed = X.copy()
    holed[17, 2] = np.nan
    assert code(Network().fit, holed, Y) == "features-finite"
    assert code(Network().fit, X, np.zeros(150)) == "one-class"
    assert code(Network(class_weight={0: 0.0, 1: 1, 2: 1}).fit, X, Y) == "class-weight"
    begun = Network((4,)).partial_fit(X, Y)
    assert code(begun.partial_fit, X, Y + 1) == "class-unknown"
    balanced = Network(class_weight="balanced")
    assert code(balanced.partial_fit, X, Y) == "class-weight-partial"
    negative = Network(class_weight={0: -1.0})
    assert code(negative.partial_fit, X, Y) == "weights-range"
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        Network().fit(csr_array(X), Y)
