"""The certificate is a bound: everywhere, and against 50 digits at the end."""

import mpmath
import numpy as np
import pytest

import softjet
from softjet.learn.certificate import Certifier
from softjet.learn.intercept import settle_intercept
from softjet.learn.objective import Objective
from softjet.learn.solve import solve


def problem(seed, rows=40, features=3, classes=4, C=1.0, **settings):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features)) + 1.5
    targets = np.r_[np.arange(classes), rng.integers(classes, size=rows - classes)]
    weights = rng.uniform(0.1, 3.0, size=rows)
    return Objective(X, targets, weights, n_classes=classes, C=C, **settings), rng


def minimum(objective):
    W, b = np.zeros(objective.shape), np.zeros(objective.n_classes)
    return solve(objective, W, b, tol=1e-13).point.value


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("C", [0.05, 1.0, 50.0])
def test_gap_is_never_below_the_true_distance(C, fit_intercept):
    objective, rng = problem(1, C=C, fit_intercept=fit_intercept)
    least, certify = minimum(objective), Certifier(objective)
    for scale in (0.0, 1e-3, 0.1, 1.0, 10.0):
        W = scale * rng.normal(size=objective.shape)
        b = fit_intercept * scale * rng.normal(size=objective.n_classes)
        point = objective.at(W, b)
        assert certify(point).gap >= point.value - least - 1e-14


def test_gap_is_objective_minus_dual_value():
    objective, rng = problem(2)
    point = objective.at(rng.normal(size=objective.shape), rng.normal(size=4))
    shard = objective.rows.shards[0]
    s, T = shard.share, np.eye(4)[shard.targets]
    rho = np.max(point.b_bar / objective.frequency)
    q = objective.frequency - point.b_bar / rho
    P = softjet.softmax(objective.rows.shards[0].X @ point.W + point.b)
    Q = (P + rho * q) / (1 + rho)
    # Q is allowed: rows of probabilities whose mean is the class frequency.
    assert Q.min() >= 0
    np.testing.assert_allclose(Q.sum(axis=1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(s @ Q, s @ T, rtol=1e-14)
    A = shard.X.T @ (s[:, None] * (Q - T))
    dual = -s @ (Q * np.log(Q)).sum(axis=1) - (A * A).sum() / (2 * objective.penalty)
    certificate = Certifier(objective)(point)
    parts = certificate.weights_part + certificate.intercept_part
    assert parts == pytest.approx(point.value - dual)
    # The objective cannot be negative: its value is a bound as well.
    assert certificate.gap == min(parts, point.value)


def test_the_weights_alone_would_not_be_a_bound():
    # Features that say nothing: the gradient in W is 0 wherever the intercept is.
    objective = Objective(
        np.zeros((6, 1)), np.array([0, 0, 0, 0, 1, 1]), np.ones(6), n_classes=2
    )
    point = objective.at(np.zeros((1, 2)), np.array([3.0, -3.0]))
    distance = point.value - minimum(objective)
    assert np.all(point.W_bar == 0)
    assert distance > 1.0
    assert Certifier(objective)(point).gap >= distance


@pytest.mark.parametrize("scale", [1e-6, 1e-2, 1.0])
def test_the_bound_without_a_pass_is_above_the_divergence(scale):
    objective, rng = problem(8, rows=300)
    W, b = scale * rng.normal(size=objective.shape), scale * rng.normal(size=4)
    point, certify = objective.at(W, b), Certifier(objective)
    before = objective.passes["certificate"]
    cheap = certify(point, exact=False)
    assert objective.passes["certificate"] == before
    exact = certify(point)
    assert objective.passes["certificate"] == before + 1
    assert exact.weights_part == cheap.weights_part
    assert 0 < exact.intercept_part <= cheap.intercept_part
    rho = np.max(point.b_bar / objective.frequency)
    q = objective.frequency - point.b_bar / rho
    log_p = softjet.log_softmax(objective.logits(0, point))
    kl = (q * (np.log(np.where(q > 0, q, 1.0)) - log_p)).sum(axis=1)
    expected = rho / (1 + rho) * (objective.rows.shards[0].share @ kl)
    assert cheap.intercept_part == pytest.approx(expected, rel=1e-9)


def test_without_intercept_it_is_the_squared_gradient_over_twice_the_penalty():
    objective, rng = problem(3, fit_intercept=False)
    point = objective.at(rng.normal(size=objective.shape), np.zeros(4))
    expected = (point.W_bar**2).sum() / (2 * objective.penalty)
    certificate = Certifier(objective)(point)
    assert certificate.weights_part == pytest.approx(expected, rel=1e-15)
    assert certificate.intercept_part == 0
    assert certificate.gap == min(certificate.weights_part, point.value)


def test_settling_the_intercept_leaves_only_the_weights():
    objective, rng = problem(4)
    point = objective.at(0.1 * rng.normal(size=objective.shape), rng.normal(size=4))
    before = Certifier(objective)(point)
    settled = settle_intercept(objective, point)
    after = Certifier(objective)(settled)
    assert before.intercept_part > 1e-3
    assert after.intercept_part < 1e-15
    assert np.abs(settled.b_bar).max() < 1e-15
    np.testing.assert_array_equal(settled.W, point.W)


def exact_distance(objective, point, digits=50):
    """f(W, b) - min f by Newton in mpmath; b's last entry fixes the gauge."""
    with mpmath.workdps(digits):
        theta, n = _flat(point.W, point.b), len(objective.rows.shards[0].X)
        f = start = _mp_parts(objective, theta, n)
        for _ in range(6):
            theta = theta - mpmath.lu_solve(f[2], f[1])
            f = _mp_parts(objective, theta, n)
        assert mpmath.norm(f[1]) < mpmath.mpf(10) ** (-digits + 10)
        return start[0] - f[0]


def _flat(W, b):
    return mpmath.matrix(
        [mpmath.mpf(float(v)) for v in [*W.T.ravel(), *(b - b[-1])[:-1]]]
    )


def _mp_parts(objective, theta, n):
    """Value, gradient and Hessian at theta = (W by class, b without its last)."""
    d, K = objective.shape
    size = d * K + K - 1
    shard = objective.rows.shards[0]
    shares = mpmath.matrix([mpmath.mpf(float(s)) for s in shard.share])
    penalty = mpmath.mpf(objective.penalty)
    value, g, H = mpmath.mpf(0), mpmath.zeros(size, 1), mpmath.zeros(size)
    for i in range(n):
        x = [mpmath.mpf(float(v)) for v in shard.X[i]]
        # Row k of R: what theta adds to logit k.
        R = mpmath.zeros(K, size)
        for k in range(K):
            for j in range(d):
                R[k, k * d + j] = x[j]
            if k < K - 1:
                R[k, d * K + k] = 1
        o = R * theta
        e = [mpmath.exp(v) for v in o]
        p = mpmath.matrix([v / sum(e) for v in e])
        t = int(shard.targets[i])
        value += shares[i] * (mpmath.log(sum(e)) - o[t])
        unit = mpmath.matrix([int(k == t) for k in range(K)])
        g += shares[i] * (R.T * (p - unit))
        H += shares[i] * (R.T * ((mpmath.diag(list(p)) - p * p.T) * R))
    for j in range(d * K):
        value += penalty * theta[j] ** 2 / 2
        g[j] += penalty * theta[j]
        H[j, j] += penalty
    return value, g, H


@pytest.mark.parametrize("tol", [1e-3, 1e-8, 1e-13])
def test_gap_against_fifty_digits(tol):
    objective, _ = problem(7, rows=14, features=2, classes=3)
    solution = solve(objective, np.zeros((2, 3)), np.zeros(3), tol=tol)
    distance = exact_distance(objective, solution.point)
    certificate = solution.certificate
    assert 0 <= distance <= certificate.gap + certificate.rounding
    assert certificate.gap <= tol * solution.point.value


def test_rounding_grows_with_the_features():
    # Features far from 0 put rounding into A, which the square of the gap then shows.
    near, rng = problem(5)
    W, b = 0.1 * rng.normal(size=near.shape), np.zeros(4)
    shard = near.rows.shards[0]
    far = Objective(shard.X + 1e9, shard.targets, shard.share, n_classes=4)
    small = Certifier(near)(near.at(W, b)).rounding
    assert Certifier(far)(far.at(0 * W, b)).rounding > 1e5 * small
