"""Learning by batches: multinomial, and near what all rows at once give."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

import softjet
from softjet import Refusal
from softjet.learn import SoftmaxRegression


def table(rows=4000, features=6, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    X, truth = rng.normal(size=(rows, features)), rng.normal(size=(features, classes))
    return X, (X @ truth + rng.gumbel(size=(rows, classes))).argmax(axis=1)


def loss(model, X, y):
    return softjet.cross_entropy(X @ model.coef_.T + model.intercept_, y)


def test_the_first_batch_is_a_fit():
    X, y = table(500)
    first = SoftmaxRegression(0.5).partial_fit(X, y)
    fit = SoftmaxRegression(0.5, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(first.predict_proba(X), fit.predict_proba(X), atol=2e-3)


@pytest.mark.parametrize("kind", [np.asarray, csr_array])
def test_batches_come_near_all_rows_at_once(kind):
    X, y = table()
    model = SoftmaxRegression()
    for i in range(0, 4000, 100):
        batch = slice(i, i + 100)
        model.partial_fit(kind(X[batch]), y[batch], classes=np.arange(4))
    test = table(seed=0)
    whole = SoftmaxRegression().fit(X, y)
    first = SoftmaxRegression().fit(X[:100], y[:100])
    assert loss(model, *test) - loss(whole, *test) < 0.003
    assert loss(first, *test) - loss(whole, *test) > 0.03


def test_a_class_may_come_later():
    X, y = table()
    names = np.array(list("abcd"))
    early = y < 3
    model = SoftmaxRegression().partial_fit(
        X[early][:500], names[y[early][:500]], classes=names
    )
    rare = model.predict_proba(X)[:, 3].mean()
    assert rare < 0.01
    model.partial_fit(X[:1000], names[y[:1000]])
    assert model.predict_proba(X)[:, 3].mean() > 10 * rare
    assert np.isfinite(model.coef_).all()


def test_it_goes_on_from_a_fit_and_from_a_pickle():
    X, y = table()
    model = SoftmaxRegression().fit(X, y)
    before = model.coef_.copy()
    model.partial_fit(X[:50], y[:50])
    moved = np.abs(model.coef_ - before).max()
    assert 0 < moved < 0.1
    again = pickle.loads(pickle.dumps(model)).partial_fit(X[50:90], y[50:90])
    model.partial_fit(X[50:90], y[50:90])
    np.testing.assert_array_equal(again.coef_, model.coef_)


def test_weights_are_repetitions():
    X, y = table(300)
    weights = 1 + np.arange(300) % 3
    weighted = SoftmaxRegression().partial_fit(X, y, sample_weight=weights)
    repeated = SoftmaxRegression().partial_fit(X.repeat(weights, 0), y.repeat(weights))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-6)
    by_class = SoftmaxRegression(class_weight={0: 2.0}).partial_fit(X, y)
    by_row = SoftmaxRegression().partial_fit(X, y, sample_weight=1.0 + (y == 0))
    np.testing.assert_allclose(by_class.coef_, by_row.coef_, atol=1e-6)


def test_refusals():
    X, y = table(100)
    model = SoftmaxRegression().partial_fit(X, y, classes=np.arange(4))
    for labels, classes, code in [
        (y + 1, None, "labels-unknown"),
        (y, np.arange(5), "classes-changed"),
    ]:
        with pytest.raises(Refusal) as caught:
            model.partial_fit(X, labels, classes=classes)
        assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        SoftmaxRegression().partial_fit(X, np.zeros(100))
    assert caught.value.code == "one-class"
