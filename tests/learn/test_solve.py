"""The solver ends with a proof, on hard data too, or says that it has none."""

from itertools import pairwise

import numpy as np
import pytest

from softjet.learn import rows
from softjet.learn.certificate import Certifier
from softjet.learn.objective import Objective
from softjet.learn.solve import solve


def problem(kind, C, rows=200, features=6, classes=5, dtype=np.float64, **settings):
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
    X = X.astype(dtype)
    return Objective(X, targets, np.ones(rows), n_classes=classes, C=C, **settings)


def start(objective):
    return np.zeros(objective.shape), np.zeros(objective.n_classes)


@pytest.mark.parametrize("C", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize(
    "kind", ["plain", "scales", "offset", "correlated", "separable"]
)
@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_reaches_a_proof(kind, C, solver):
    objective = problem(kind, C)
    solution = solve(
        objective, *start(objective), tol=1e-8, max_iter=1000, solver=solver
    )
    assert solution.converged
    assert solution.solver == solver
    assert solution.certificate.gap <= 1e-8 * solution.point.value
    assert solution.n_iter <= (40 if solver == "newton" else 250)


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
    solution = solve(objective, *start(objective), tol=1e-40, max_iter=1000)
    assert not solution.converged
    assert solution.certificate.gap < 1e-15


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_float32_rows_end_with_a_proof_in_float64(solver):
    objective = problem("plain", 10.0, dtype=np.float32)
    solution = solve(objective, *start(objective), tol=1e-9, solver=solver)
    assert solution.converged
    again = Objective(
        *wide(objective), np.ones(200), n_classes=5, C=10.0
    )  # the same numbers, all in float64
    point = again.at(solution.point.W, solution.point.b)
    assert Certifier(again)(point).gap <= 1.01e-9 * point.value


def wide(objective):
    shards = objective.rows.shards
    X = np.concatenate([shard.X for shard in shards]).astype(np.float64)
    return X, np.concatenate([shard.targets for shard in shards])


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_many_features_still_reach_a_proof(monkeypatch, solver):
    monkeypatch.setattr(rows, "MOST_FEATURES", 2)
    objective = problem("scales", 1.0)
    assert not objective.rows.has_spectrum
    found = solve(objective, *start(objective), tol=1e-8, max_iter=2000, solver=solver)
    assert found.converged


def test_auto_takes_lbfgs_where_there_is_a_spectrum_and_many_features(monkeypatch):
    few, many = problem("plain", 1.0), problem("plain", 1.0, features=80)
    assert solve(few, *start(few)).solver == "newton"
    found = solve(many, *start(many))
    assert found.solver == "lbfgs"
    assert found.converged
    monkeypatch.setattr(rows, "MOST_FEATURES", 2)
    assert solve(many, *start(many), max_iter=1).solver == "newton"


def test_the_proof_does_not_depend_on_the_memory():
    found = []
    for memory in (1 << 14, 1 << 28):
        objective = problem("plain", 1.0, memory=memory)
        found.append(solve(objective, *start(objective), tol=1e-10, solver="newton"))
        assert found[-1].converged
    assert len(objective.rows.shards) == 1
    np.testing.assert_allclose(found[0].point.W, found[1].point.W, atol=1e-6)
