"""What each experiment says it shows, it shows: on more than one seed."""

import numpy as np
import pytest

from softjet.learn import experiments

SEEDS = (0, 1)


@pytest.fixture(scope="module", params=SEEDS)
def paths(request):
    return experiments.logit_paths(updates=300, seed=request.param)


def test_logit_paths_have_the_same_data_and_start(paths):
    assert np.bincount(paths.labels).tolist() == [20, 20, 20]
    radius = np.linalg.norm(paths.points[40:], axis=1)
    np.testing.assert_allclose(radius, 4.0, rtol=1e-14)
    for optimiser in ("sgd", "momentum", "adam"):
        assert paths.logits[optimiser].shape == (301, 60, 3)
        assert not paths.logits[optimiser][0].any()
        assert paths.losses[optimiser][0] == pytest.approx(np.log(3), rel=1e-15)
        assert paths.losses[optimiser][-1] < 0.5 * np.log(3)


def test_sgd_stays_in_the_plane_and_adam_leaves_it(paths):
    # Every update rounds each of 33 terms of a logit once: 300 x 33 u x 16 nats.
    for optimiser in ("sgd", "momentum"):
        bound = 300 * 33 * 2.0**-53 * 16
        assert abs(paths.logits[optimiser]).max() < 16
        assert paths.off_plane(optimiser).max() < bound
    assert paths.off_plane("adam")[1] > 1e-4
    assert paths.off_plane("adam")[-1] > 0.5


@pytest.fixture(scope="module", params=SEEDS)
def losses(request):
    return experiments.losses(updates=100, seed=request.param)


def test_log_loss_leaves_a_wrong_start_and_squared_error_does_not(losses):
    wrong = {
        loss: ("sure and wrong", loss) for loss in ("cross_entropy", "squared_error")
    }
    log, squared = wrong["cross_entropy"], wrong["squared_error"]
    # The same start: the same probabilities, before the first update.
    assert losses.probability[log][0] == losses.probability[squared][0] < 1e-3
    assert losses.signal[log] == pytest.approx(2**0.5, rel=1e-3)
    assert losses.signal[squared] < 1e-2 * losses.signal[log]
    assert losses.accuracy[log][0] == losses.accuracy[squared][0] == 0.0
    assert losses.accuracy[log][50] > 0.95
    assert losses.accuracy[squared][-1] < 0.05


def test_from_a_start_that_knows_nothing_both_learn(losses):
    log, squared = ("fresh", "cross_entropy"), ("fresh", "squared_error")
    # |p - t| = sqrt(1 - 1/K) at uniform p, and J is 1/K along it.
    assert losses.signal[log] == pytest.approx((2 / 3) ** 0.5, rel=1e-14)
    assert losses.signal[squared] == pytest.approx((2 / 3) ** 0.5 / 3, rel=1e-14)
    assert losses.accuracy[log][-1] > 0.95
    assert losses.accuracy[squared][-1] > 0.95
    assert losses.probability[log][-1] > losses.probability[squared][-1]


@pytest.fixture(scope="module", params=SEEDS)
def hidden(request):
    return experiments.hidden_layers(updates=600, seed=request.param)


def test_relu_kills_gradients_and_softmax_makes_them_faint(hidden):
    relu, softmax = (hidden.dead[name] for name in ("relu", "softmax"))
    assert np.all((relu > 0.25) & (relu < 0.65))
    assert np.all(softmax[0] == 0.0)
    assert np.all(hidden.passed["relu"] > 0.5)
    # 1 / 32 is the mean of what a row of 32 units is multiplied by.
    assert np.all(abs(32 * hidden.passed["softmax"][0] - 1) < 0.5)
    through = {name: passed.prod(axis=1) for name, passed in hidden.passed.items()}
    assert np.all(through["softmax"] < 0.02 * through["relu"])
    assert hidden.updates[0] > 0
    for name in ("relu", "tanh"):
        assert hidden.losses[name][-1] < 0.1 * hidden.losses["softmax"][-1]


def test_late_softmax_gradients_die_too(hidden):
    assert hidden.dead["softmax"][-1].max() > 0.0


@pytest.fixture(scope="module", params=SEEDS)
def imbalance(request):
    return experiments.imbalance(updates=250, seed=request.param)


def test_the_rare_class_waits_under_sgd_and_less_under_adam(imbalance):
    even = [imbalance.updates_to("balanced", o, 0.3) for o in ("sgd", "adam")]
    assert max(even) <= 20  # the rates: equally fast where nothing is rare
    rare = {o: imbalance.rare["99 : 1", o][-1] for o in ("sgd", "momentum", "adam")}
    assert rare["adam"] < 0.75 * min(rare["sgd"], rare["momentum"])
    for optimiser in ("sgd", "momentum"):
        # It is worse off than before training: the frequencies are learnt first.
        assert imbalance.rare["99 : 1", optimiser][50] > np.log(2)
        assert imbalance.recall["99 : 1", optimiser][50] == 0.0
        assert imbalance.common["99 : 1", optimiser][50] < 0.1


def test_class_weights_give_the_rare_class_its_half(imbalance):
    for optimiser in ("sgd", "momentum", "adam"):
        updates = imbalance.updates_to("99 : 1, weighted", optimiser, 0.3)
        assert updates is not None
        assert updates <= 20
        assert imbalance.recall["99 : 1, weighted", optimiser][-1] >= 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_table_comes_to_the_frequencies(seed):
    table = experiments.table(updates=2000, seed=seed)
    np.testing.assert_allclose(table.frequencies.sum(axis=1), 1.0, rtol=1e-15)
    assert table.frequencies.min() > 0
    assert table.distance[0] > 0.1
    assert table.distance[-1] < 1e-3
    assert np.all(np.diff(table.losses) < 1e-15)
    assert table.losses[-1] - table.entropy < 1e-6
    # No model of the context alone is below the entropy, but for rounding.
    assert table.losses.min() > table.entropy - 1e-14


def test_one_probability_that_is_not_a_frequency_costs():
    table = experiments.table(updates=20)
    excess = table.losses[-1] - table.entropy
    # Pinsker: the mean divergence is at least half the mean squared L1 distance.
    shares = abs(table.probabilities[-1] - table.frequencies).sum(axis=1)
    assert excess >= 0.5 * shares.min() ** 2
