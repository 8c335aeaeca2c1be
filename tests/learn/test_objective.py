"""The objective's derivatives against differences in longer arithmetic."""

import numpy as np
import pytest

from softjet.learn.objective import Objective

LONG = np.longdouble


def problem(seed, rows=9, features=3, classes=4, **settings):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features)) * [1.0, 3.0, 0.3]
    targets = np.r_[np.arange(classes), rng.integers(classes, size=rows - classes)]
    weights = rng.uniform(0.2, 2.0, size=rows)
    objective = Objective(X, targets, weights, n_classes=classes, **settings)
    return objective, weights, rng


def slow_value(objective, weights, C, W, b):
    """The definition, row by row, in long double."""
    X, W, b = (np.asarray(a, LONG) for a in (objective.X, W, b))
    total = LONG(0)
    for x, t, w in zip(X, objective.targets, weights, strict=True):
        o = x @ W + b
        top = o.max()
        total += LONG(w) * (top + np.log(np.exp(o - top).sum()) - o[t])
    n = LONG(weights.sum())
    return (total + (W * W).sum() / (2 * LONG(C))) / n


@pytest.mark.parametrize("seed", range(3))
def test_value_is_the_definition(seed):
    objective, weights, rng = problem(seed, C=0.3)
    W, b = rng.normal(size=objective.shape), rng.normal(size=4)
    exact = slow_value(objective, weights, 0.3, W, b)
    assert abs(objective.at(W, b).value - exact) <= 4e-16 * abs(exact)


@pytest.mark.parametrize("seed", range(3))
def test_gradient_is_the_slope(seed):
    objective, weights, rng = problem(seed, C=0.3)
    W, b = rng.normal(size=objective.shape), rng.normal(size=4)
    W_dot, b_dot = rng.normal(size=W.shape), rng.normal(size=4)
    h = LONG(1e-6)
    up = slow_value(objective, weights, 0.3, W + h * W_dot, b + h * b_dot)
    down = slow_value(objective, weights, 0.3, W - h * W_dot, b - h * b_dot)
    point = objective.at(W, b)
    slope = np.vdot(point.W_bar, W_dot) + point.b_bar @ b_dot
    assert slope == pytest.approx(float((up - down) / (2 * h)), rel=1e-9)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_hvp_is_the_slope_of_the_gradient(fit_intercept):
    objective, _, rng = problem(5, C=2.0, fit_intercept=fit_intercept)
    W, b = rng.normal(size=objective.shape), np.zeros(4)
    W_dot, b_dot = rng.normal(size=W.shape), fit_intercept * rng.normal(size=4)
    h = 1e-5
    up, down = (objective.at(W + s * W_dot, b + s * b_dot) for s in (h, -h))
    W_out, b_out = objective.hvp(objective.at(W, b), W_dot, b_dot)
    np.testing.assert_allclose(W_out, (up.W_bar - down.W_bar) / (2 * h), atol=1e-8)
    np.testing.assert_allclose(b_out, (up.b_bar - down.b_bar) / (2 * h), atol=1e-8)
    assert np.any(b_out != 0) == fit_intercept


def test_intercept_hessian_is_the_intercept_block_of_the_hvp():
    objective, _, rng = problem(6)
    point = objective.at(rng.normal(size=objective.shape), rng.normal(size=4))
    columns = [objective.hvp(point, np.zeros_like(point.W), e)[1] for e in np.eye(4)]
    H = objective.intercept_hessian(point)
    np.testing.assert_allclose(H, np.array(columns).T, atol=1e-16)
    assert np.abs(H).max() > 0.01
