"""The graphs: Gaussians with the softmax for their posterior; curves as sigmoids."""

from __future__ import annotations

import numpy as np
import pytest

import softjet as sj
from softjet.explore.compute import compute, judge
from softjet.explore.scenes._gaussian_classes import (
    behind,
    covariance,
    log_joint,
    weights_of,
)

ROW = [0.7, -1.3, 2.1, 0.4]
SHAPES = [(0.8, -0.75), (1.5, 0.0), (2.0, 0.75)]


@pytest.mark.parametrize("shape", SHAPES)
def test_any_covariance_gives_the_same_softmax(shape: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    W, b = rng.normal(size=(4, 2)), rng.normal(size=4)
    classes = behind(W, b, covariance(*shape))
    u = rng.normal(size=(50, 2), scale=3.0)
    posterior = sj.softmax(log_joint(classes, u))
    np.testing.assert_allclose(posterior, sj.softmax(u @ W.T + b), rtol=1e-12)
    back, offsets = weights_of(classes)
    np.testing.assert_allclose(back, W, rtol=0, atol=1e-13)
    np.testing.assert_allclose(np.ptp(offsets - b), 0.0, atol=1e-13)


def test_a_density_has_the_sum_of_its_prior() -> None:
    """Independent of Bayes: heights times areas, over a wide grid."""
    classes = behind(np.eye(2), np.zeros(2), covariance(1.2, 0.4))
    at = np.linspace(-12.0, 12.0, 241)
    u = np.stack(np.meshgrid(at, at), axis=-1)
    sums = np.exp(log_joint(classes, u)).sum(axis=(0, 1)) * 0.1**2
    np.testing.assert_allclose(sums, np.exp(classes.log_priors), rtol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_shows_one_row_three_ways(shape: tuple[float, float]) -> None:
    spread, correlation = shape
    raw = {"scene": "graphs", "logits": ROW, "other": 2}
    raw |= {"spread": spread, "correlation": correlation}
    seen = compute(raw)["numbers"]
    assert seen["apart"] < 1e-14
    np.testing.assert_allclose(seen["means"][0], spread**2 * np.array([1, correlation]))
    assert 0.0 < seen["hills"]["height"].max() <= 1.0


def test_the_slopes_are_columns_of_the_jacobian() -> None:
    seen = compute({"scene": "graphs", "logits": ROW, "selected": 1, "other": 3})
    J = np.asarray(sj.softmax.jacobian(np.array(ROW)))
    np.testing.assert_allclose(seen["numbers"]["by_i"], J[:, 1], rtol=0, atol=1e-16)
    np.testing.assert_allclose(seen["numbers"]["by_j"], J[:, 3], rtol=0, atol=1e-16)


def test_the_surface_passes_through_the_curve() -> None:
    """The row of the mesh where the second score is what it is."""
    raw = {"scene": "graphs", "logits": [0.7, 1.2, 2.1], "selected": 2, "other": 1}
    seen = compute(raw)["numbers"]
    axis = seen["surface"]["axis"]
    row = int(np.argmin(abs(axis - 1.2)))
    assert axis[row] == pytest.approx(1.2)
    curve, slope = seen["curve"]["y"][2], seen["curve"]["slope"][2]
    np.testing.assert_allclose(seen["surface"]["y"][row], curve[::3], atol=6e-4)
    np.testing.assert_allclose(seen["surface"]["by_i"][row], slope[::3], atol=6e-4)


def test_two_names_of_one_class_are_two_classes() -> None:
    seen = compute({"scene": "graphs", "logits": ROW, "selected": 3, "other": 3})
    assert (seen["numbers"]["i"], seen["numbers"]["j"]) == (3, 0)


@pytest.mark.parametrize("logits", [[0.3, -0.4], ROW, [90.0, -90.0, 0.0]])
def test_a_sigmoid_for_any_number_of_classes(logits: list[float]) -> None:
    seen = compute({"scene": "graphs", "logits": logits})["numbers"]
    np.testing.assert_allclose(seen["sigmoid"], seen["y"][0], rtol=1e-14)
    assert judge({"scene": "graphs", "logits": logits})["answer"] == 1
