"""Scores against their definitions, written out row by row."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

import softjet as sj
from softjet.learn.audit import audit, textbook_gradient
from softjet.learn.scores import bins, confusions, mean_jacobian, scores


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    logits = 2.0 * rng.normal(size=(300, 4))
    return logits, (logits + rng.gumbel(size=(300, 4))).argmax(axis=1)


def test_scores_are_scikit_learns(case):
    logits, targets = case
    P, T = sj.softmax(logits), np.eye(4)[targets]
    found = scores(logits, targets)
    assert found["accuracy"] == accuracy_score(targets, P.argmax(axis=1))
    assert found["log_loss"] == pytest.approx(log_loss(targets, P), rel=1e-12)
    brier = ((P - T) ** 2).sum(axis=1).mean()
    assert found["brier_score"] == pytest.approx(brier, rel=1e-12)


def test_calibration_error_is_the_mean_distance_of_bins(case):
    logits, targets = case
    P = sj.softmax(logits)
    sure, right = P.max(axis=1), P.argmax(axis=1) == targets
    total = 0.0
    for low in np.arange(10) / 10:
        held = (sure >= low) & (sure < low + 0.1)
        if held.any():
            total += held.sum() * abs(sure[held].mean() - right[held].mean())
    assert scores(logits, targets)["calibration_error"] == pytest.approx(total / 300)
    assert bins(logits, targets).count.sum() == 300


def test_a_sure_right_row_falls_into_the_last_bin():
    held = bins(np.array([[1000.0, 0.0]]), np.array([0]))
    assert list(np.flatnonzero(held.count)) == [9]
    assert held.error() == 0


def test_confusions(case):
    logits, targets = case
    expected = confusion_matrix(targets, logits.argmax(axis=1))
    np.testing.assert_array_equal(confusions(logits, targets), expected)


def test_mean_jacobian_is_the_mean_of_jacobians(case):
    logits, _ = case
    expected = np.asarray(sj.softmax.jacobian(logits)).mean(axis=0)
    np.testing.assert_allclose(mean_jacobian(logits), expected, atol=1e-16)


def test_audit_sees_ours_right_and_the_textbook_wrong(case):
    logits, targets = case
    sure = logits.copy()
    sure[0, targets[0]] += 25.0
    found = audit(sure, targets)
    assert len(found["rows"]) == 5
    margins = [row["margin"] for row in found["rows"]]
    assert margins == sorted(margins)
    assert margins[-1] > 20
    assert found["softjet_ulps"] <= 4
    assert found["textbook_ulps"] > 1e6


def test_textbook_gradient_is_the_formula(case):
    logits, targets = case
    expected = sj.softmax(logits) - np.eye(4)[targets]
    np.testing.assert_allclose(textbook_gradient(logits, targets), expected, atol=1e-15)
