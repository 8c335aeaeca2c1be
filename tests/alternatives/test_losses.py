"""squared_error and brier_score: targets, reductions, and the link between them."""

from __future__ import annotations

import numpy as np
import pytest

import softjet as sj
from softjet.alternatives import brier_score, squared_error

rng = np.random.default_rng(0)
LOGITS = rng.normal(size=(5, 3))
IDS = np.array([0, 2, 1, 1, 0])
ONE_HOT = np.eye(3)[IDS]


@pytest.mark.parametrize("loss", [squared_error, brier_score], ids=str)
def test_ids_and_the_identical_one_hot_agree(loss: sj.softmax) -> None:
    by_id, by_row = (loss.value_and_grad(LOGITS, t) for t in (IDS, ONE_HOT))
    assert by_id[0] == by_row[0] > 0
    np.testing.assert_array_equal(by_id[1], by_row[1])
    np.testing.assert_array_equal(loss.grad(LOGITS, IDS), by_row[1])


@pytest.mark.parametrize("loss", [squared_error, brier_score], ids=str)
def test_a_mean_is_over_the_rows(loss: sj.softmax) -> None:
    each = loss(LOGITS, 3 * ONE_HOT, reduction="none")
    assert each.shape == (5,)
    np.testing.assert_allclose(loss(LOGITS, 3 * ONE_HOT), each.mean(), rtol=1e-15)
    whole = loss(LOGITS, 3 * ONE_HOT, reduction="sum")
    np.testing.assert_allclose(whole, each.sum(), rtol=1e-15)
    grad = loss.grad(LOGITS, 3 * ONE_HOT)
    rows = loss.grad(LOGITS, 3 * ONE_HOT, reduction="none")
    np.testing.assert_allclose(grad, rows / 5, rtol=1e-14)


def test_brier_is_twice_the_squared_error_of_the_softmax() -> None:
    p, pullback = sj.softmax.vjp(LOGITS)
    half, slope = squared_error.value_and_grad(p, ONE_HOT, reduction="none")
    score, grad = brier_score.value_and_grad(LOGITS, IDS, reduction="none")
    np.testing.assert_allclose(score, 2 * half, rtol=1e-14)
    np.testing.assert_allclose(grad, pullback(2 * slope), rtol=1e-13)


def test_a_sure_and_wrong_row_has_no_slope_under_squared_error() -> None:
    """Cross-entropy says 1 where the Brier score says 1e-17."""
    logits, label = np.array([[40.0, 0.0, 0.0]]), np.array([1])
    assert abs(sj.cross_entropy.grad(logits, label)).max() == pytest.approx(1.0)
    assert 0 < abs(brier_score.grad(logits, label)).max() < 1e-16


def test_a_confident_row_keeps_the_digits_of_its_score() -> None:
    score = brier_score(np.array([[0.0, -40.0]]), np.array([0]))
    assert score == pytest.approx(2 * np.exp(-80.0), rel=1e-14)


def test_a_pullback_remembers_its_targets() -> None:
    targets = ONE_HOT.copy()
    _, pullback = squared_error.vjp(LOGITS, targets)
    once = pullback(1.0)
    targets[...] = 7.0
    np.testing.assert_array_equal(pullback(1.0), once)
