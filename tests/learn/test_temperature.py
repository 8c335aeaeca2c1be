"""The temperature: the minimum of the likelihood, found by two moments."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import softjet
from softjet import Refusal
from softjet.learn import SoftmaxRegression
from softjet.learn.temperature import best_temperature, moments


def rows(T, seed=0, n=400, K=5):
    """Logits whose labels were drawn at temperature T."""
    rng = np.random.default_rng(seed)
    logits = 3.0 * rng.normal(size=(n, K))
    return logits, (logits / T + rng.gumbel(size=(n, K))).argmax(axis=1), rng


@pytest.mark.parametrize("T", [0.3, 1.0, 4.0])
def test_it_is_the_minimum_of_the_likelihood(T):
    logits, y, rng = rows(T)
    weights = rng.uniform(0.1, 2.0, size=len(y))

    def loss(log_T):
        losses = softjet.cross_entropy(logits / np.exp(log_T), y, reduction="none")
        return weights @ losses

    slow = np.exp(minimize_scalar(loss, bounds=(-5, 5), options={"xatol": 1e-10}).x)
    found = best_temperature(logits, y, weights)
    assert found == pytest.approx(slow, rel=1e-5)
    assert found == pytest.approx(T, rel=0.25)


def test_the_moments_are_the_derivatives():
    logits, y, _ = rows(1.0)
    share, at_label = np.full(400, 1 / 400), logits[np.arange(400), y]

    def loss(beta):
        return softjet.cross_entropy(beta * logits, y)

    h = 1e-4
    slope, bend = moments(0.7, logits, at_label, share)
    assert slope == pytest.approx((loss(0.7 + h) - loss(0.7 - h)) / (2 * h), rel=1e-6)
    second = (loss(0.7 + h) - 2 * loss(0.7) + loss(0.7 - h)) / h**2
    assert bend == pytest.approx(second, rel=1e-5)


def test_probabilities_as_targets():
    logits, _, _ = rows(1.0)
    T = softjet.softmax(logits / 2.5)
    assert best_temperature(logits, T, np.ones(400)) == pytest.approx(2.5, rel=1e-10)


@pytest.mark.parametrize(
    ("labels", "code"),
    [("best", "temperature-zero"), ("worst", "temperature-infinite")],
)
def test_refused_where_there_is_none(labels, code):
    logits, _, _ = rows(1.0)
    y = logits.argmax(axis=1) if labels == "best" else logits.argmin(axis=1)
    with pytest.raises(Refusal) as caught:
        best_temperature(logits, y, np.ones(400))
    assert caught.value.code == code


def test_the_classifier_uses_it_until_the_next_fit():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 20))
    y = np.array(["u", "v", "w"])[(X[:, :3] + rng.gumbel(size=(60, 3))).argmax(axis=1)]
    held = rng.normal(size=(2000, 20))
    labels = (held[:, :3] + rng.gumbel(size=(2000, 3))).argmax(axis=1)
    labels = np.array(["u", "v", "w"])[labels]
    model = SoftmaxRegression(1e3).fit(X, y)
    before, sure = model.predict(held), model.predict_proba(held).max(axis=1).mean()
    loss = -model.predict_log_proba(held)[range(2000), _ids(labels)].mean()
    assert model.temperature_ == 1.0
    assert model.fit_temperature(held, labels) is model
    assert model.temperature_ > 1.5
    assert model.predict_proba(held).max(axis=1).mean() < sure
    assert -model.predict_log_proba(held)[range(2000), _ids(labels)].mean() < loss
    np.testing.assert_array_equal(model.predict(held), before)
    np.testing.assert_allclose(
        softjet.softmax(model.decision_function(held)), model.predict_proba(held)
    )
    with pytest.raises(Refusal) as caught:
        model.fit_temperature(held, np.full(2000, "x"))
    assert caught.value.code == "labels-unknown"
    assert model.fit(X, y).temperature_ == 1.0


def _ids(labels):
    return np.searchsorted(["u", "v", "w"], labels)
