"""The solver ends with a proof, on hard data too, or says that it has none."""

from itertools import pairwise

import numpy as np
import pytest

from softjet.learn import coordinates
from softjet.learn.coordinates import Coordinates
from softjet.learn.objective import Objective
from softjet.learn.solve import solve


def problem(kind, C, rows=200, features=6, classes=5):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, features))
    truth = rng.normal(size=(features, classes))
    targets = (X @ truth + rng.gumbel(size=(rows, classes))).argmax(axis=1)
    if kind == "scales":
        X = X * np.logspace(-3, 3, features)
    if kind == "offset":
        X = X + 1e3
    if kind == "correlated":
        X = X @ np.vander(np.linspace(0.5, 1, features))
    if kind == "separable":
        targets = (X @ truth).argmax(axis=1)
    return Objective(X, targets, np.ones(rows), n_classes=classes, C=C)


def start(objective):
    return np.zeros(objective.shape), np.zeros(objective.n_classes)


@pytest.mark.parametrize("C", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize(
    "kind", ["plain", "scales", "offset", "correlated", "separable"]
)
def test_reaches_a_proof(kind, C):
    objective = problem(kind, C)
    solution = solve(objective, *start(objective), tol=1e-8)
    assert solution.converged
    assert solution.certificate.gap <= 1e-8 * solution.point.value
    assert solution.n_iter <= 40


def test_objective_falls_and_history_is_whole():
    objective, told = problem("correlated", 10.0), []
    solution = solve(
        objective, *start(objective), report=lambda *step: told.append(step)
    )
    values = [value for _, value, _ in solution.history]
    assert told == solution.history
    assert [i for i, _, _ in told] == list(range(solution.n_iter + 1))
    assert all(b <= a for a, b in pairwise(values))
    assert values[0] == pytest.approx(np.log(5))


def test_too_few_steps_are_not_called_converged():
    objective = problem("scales", 100.0)
    solution = solve(objective, *start(objective), tol=1e-10, max_iter=2)
    assert not solution.converged
    assert solution.n_iter == 2


def test_impossible_tolerance_ends_and_says_so():
    objective = problem("plain", 1.0)
    solution = solve(objective, *start(objective), tol=1e-40)
    assert not solution.converged
    assert solution.certificate.gap < 1e-15


@pytest.mark.parametrize("most_features", [2, 1024])
def test_coordinates_transpose_and_inverse(monkeypatch, most_features):
    monkeypatch.setattr(coordinates, "MOST_FEATURES", most_features)
    objective, rng = problem("offset", 1.0), np.random.default_rng(1)
    point = objective.at(*start(objective))
    made = Coordinates(objective, point)
    v, W_bar = rng.normal(size=35), rng.normal(size=objective.shape)
    b_bar = rng.normal(size=5)
    W, b = made.forward(v)
    pulled = made.transpose(W_bar, b_bar)
    # <forward(v), bar> = <v, transpose(bar)>
    assert np.vdot(W, W_bar) + b @ b_bar == pytest.approx(v @ pulled, rel=1e-12)


def test_many_features_still_reach_a_proof(monkeypatch):
    monkeypatch.setattr(coordinates, "MOST_FEATURES", 2)
    objective = problem("scales", 1.0)
    assert solve(objective, *start(objective), tol=1e-8).converged


def test_coordinates_make_the_first_hessian_nearly_round():
    objective = problem("scales", 1.0)
    point = objective.at(*start(objective))
    made = Coordinates(objective, point)

    def H(v, map_forward, map_back):
        return map_back(*objective.hvp(point, *map_forward(v)))

    round_ = [H(e, made.forward, made.transpose) for e in np.eye(35)]
    plain = [
        H(
            e,
            lambda v: (v[:30].reshape(6, 5), v[30:]),
            lambda W, b: np.concatenate([W.ravel(), b]),
        )
        for e in np.eye(35)
    ]
    # Along the gauge the Hessian is only the penalty: the largest over the median.
    spread = [
        np.divide(*np.quantile(np.linalg.eigvalsh(M), [1, 0.5]))
        for M in (round_, plain)
    ]
    assert spread[0] < 2
    assert spread[1] > 100
