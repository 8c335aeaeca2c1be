"""The objective's derivatives against differences in longer arithmetic."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import softjet
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
    X, W, b = (np.asarray(a, LONG) for a in (objective.rows.shards[0].X, W, b))
    total = LONG(0)
    for x, t, w in zip(X, objective.rows.shards[0].targets, weights, strict=True):
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


def test_probabilities_are_kept_only_where_they_fit():
    objective, _, rng = problem(7, rows=400)
    W, W_dot = rng.normal(size=(2, *objective.shape))
    b, b_dot = rng.normal(size=(2, 4))
    point = objective.at(W, b)
    kept = objective.hvp(point, W_dot, b_dot)
    assert objective.passes["logits"] == 0
    small = Objective.over(objective.rows, C=1.0, memory=400 * 4 * 8)
    assert not small.keeps()
    made = small.hvp(small.at(W, b), W_dot, b_dot)
    assert small.passes["logits"] == 1
    for a, b in zip(kept, made, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_a_product_asks_for_the_probabilities_of_its_own_point():
    objective, _, rng = problem(8)
    first = objective.at(rng.normal(size=objective.shape), np.zeros(4))
    W_dot, b_dot = rng.normal(size=objective.shape), np.zeros(4)
    before = objective.hvp(first, W_dot, b_dot)[0]
    objective.at(rng.normal(size=objective.shape), np.zeros(4))
    after = objective.hvp(first, W_dot, b_dot)[0]
    np.testing.assert_allclose(before, after, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_are_dense_rows(dtype):
    objective, weights, rng = problem(9, rows=60)
    X = objective.rows.shards[0].X
    X = np.where(rng.uniform(size=X.shape) < 0.5, X, 0.0).astype(dtype)
    targets = objective.rows.shards[0].targets
    W, W_dot = rng.normal(size=(2, 3, 4))
    found = []
    for table in (X, csr_array(X)):
        made = Objective(table, targets, weights, n_classes=4)
        point = made.at(W, np.ones(4))
        found.append((point.value, point.W_bar, *made.hvp(point, W_dot, np.ones(4))))
        found[-1] += tuple(vars(made.rows.survey)[n] for n in ("X_size", "X_by_class"))
    unit = np.finfo(dtype).eps
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, atol=20 * unit, rtol=20 * unit)
    assert found[0][1].dtype == np.float64


def test_soft_labels_that_are_labels_are_labels():
    objective, weights, rng = problem(10)
    shard = objective.rows.shards[0]
    soft = Objective(shard.X, np.eye(4)[shard.targets], weights, n_classes=4)
    W, b = rng.normal(size=objective.shape), rng.normal(size=4)
    hard, same = Objective(shard.X, shard.targets, weights, n_classes=4).at(W, b), None
    same = soft.at(W, b)
    assert same.value == pytest.approx(hard.value, rel=1e-14)
    np.testing.assert_allclose(same.W_bar, hard.W_bar, atol=1e-15)


def test_soft_labels_change_the_gradient_and_not_the_curvature():
    objective, weights, rng = problem(11)
    shard = objective.rows.shards[0]
    T = rng.dirichlet(np.ones(4), size=len(shard.share))
    soft = Objective(shard.X, T, weights, n_classes=4)
    hard = Objective(shard.X, shard.targets, weights, n_classes=4)
    W, W_dot = rng.normal(size=(2, *objective.shape))
    points = [o.at(W, np.zeros(4)) for o in (soft, hard)]
    assert np.abs(points[0].W_bar - points[1].W_bar).max() > 0.01
    products = [
        o.hvp(p, W_dot, np.zeros(4))[0]
        for o, p in zip((soft, hard), points, strict=True)
    ]
    np.testing.assert_array_equal(*products)
    P = softjet.softmax(shard.X @ W)
    expected = shard.X.T @ (shard.share[:, None] * (P - T)) + soft.penalty * W
    np.testing.assert_allclose(points[0].W_bar, expected, atol=1e-15)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("soft", [True, False])
def test_the_mean_curvature_of_each_logit(keep, soft):
    objective, weights, rng = problem(12)
    shard = objective.rows.shards[0]
    T = rng.dirichlet(np.ones(4), size=9) if soft else shard.targets
    made = Objective(shard.X, T, weights, n_classes=4)
    made.keeping = keep
    point = made.at(rng.normal(size=(3, 4)), rng.normal(size=4))
    P = softjet.softmax(shard.X @ point.W + point.b)
    np.testing.assert_allclose(point.bend, shard.share @ (P * (1 - P)), rtol=1e-13)


def test_the_mean_curvature_of_rows_that_are_nearly_sure():
    # p (1 - p) = e^-40 and nothing of it is lost to 1 - p.
    objective = Objective(np.eye(2), np.arange(2), np.ones(2), n_classes=2)
    point = objective.at(40.0 * np.eye(2), np.zeros(2))
    np.testing.assert_allclose(point.bend, np.exp(-40.0), rtol=1e-13)
