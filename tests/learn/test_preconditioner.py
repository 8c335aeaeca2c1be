"""Preconditioners: symmetric, positive, blind to the gauge, and near the inverse."""

import numpy as np
import pytest

from softjet.learn import rows as rows_file
from softjet.learn.conjugate import conjugate_gradients
from softjet.learn.objective import Objective
from softjet.learn.preconditioner import Preconditioner, centred


def problem(fit_intercept=True, scales=True):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 6)) * (np.logspace(-2, 2, 6) if scales else 1.0) + 0.3
    y = np.r_[np.arange(5), rng.integers(5, size=295)]
    objective = Objective(
        X, y, np.ones(300), n_classes=5, C=1.0, fit_intercept=fit_intercept
    )
    return objective, objective.at(np.zeros((6, 5)), np.zeros(5)), rng


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("most", [2, 2048])
def test_symmetric_and_positive(monkeypatch, most, fit_intercept):
    monkeypatch.setattr(rows_file, "MOST_FEATURES", most)
    objective, point, rng = problem(fit_intercept)
    inverse = Preconditioner(objective, point)
    assert (inverse.Q is None) == (most == 2)
    R, S = centred(rng.normal(size=(2, 7, 5)))
    left, right = np.vdot(S, inverse(R)), np.vdot(inverse(S), R)
    assert left == pytest.approx(right, rel=1e-12)
    assert np.vdot(R, inverse(R)) > 0.0
    assert np.abs(inverse(R).sum(axis=1)).max() < 1e-10 * np.abs(inverse(R)).max()
    assert np.any(inverse(R)[-1] != 0.0) == fit_intercept
    np.testing.assert_array_equal(inverse(R + 3.0 * np.ones((7, 1))).shape, (7, 5))
    np.testing.assert_allclose(inverse(R + 3.0), inverse(R), atol=1e-9)


def test_at_zero_it_is_nearly_the_inverse():
    objective, point, rng = problem()
    V = centred(rng.normal(size=(7, 5)))
    HV = np.vstack(objective.hvp(point, V[:-1], V[-1]))
    back = Preconditioner(objective, point)(HV)
    assert np.linalg.norm(back - V) < 0.3 * np.linalg.norm(V)
    # Without it the scales of the columns are all that shows.
    assert np.linalg.norm(HV - V) > 10 * np.linalg.norm(V)


def products(objective, point, inverse):
    g = centred(np.vstack([point.W_bar, point.b_bar]))

    def product(V):
        return np.vstack(objective.hvp(point, V[:-1], V[-1]))

    return conjugate_gradients(product, inverse, g, 1e-8, 400)


def test_conjugate_gradients_solve_and_are_fewer_with_it():
    objective, _, rng = problem()
    point = objective.at(
        0.3 * rng.normal(size=(6, 5)) / np.logspace(-2, 2, 6)[:, None], np.zeros(5)
    )
    with_it, few = products(objective, point, Preconditioner(objective, point))
    _, many = products(objective, point, centred)
    assert 3 * few < many
    g = centred(np.vstack([point.W_bar, point.b_bar]))
    left = np.vstack(objective.hvp(point, with_it[:-1], with_it[-1])) + g
    # In the norm in which features of every scale count alike.
    inverse = Preconditioner(objective, point)
    assert np.vdot(left, inverse(left)) < 1e-6 * np.vdot(g, inverse(g))


def test_the_inner_stop_is_on_the_model():
    A = np.diag(np.logspace(0, 4, 50))
    g = np.ones((50, 1))
    loose, few = conjugate_gradients(A.__matmul__, lambda r: r, g, 0.5, 500)
    tight, many = conjugate_gradients(A.__matmul__, lambda r: r, g, 1e-10, 500)
    assert few < many
    np.testing.assert_allclose(tight, -np.linalg.solve(A, g), rtol=1e-4)

    def model(s):
        return float(np.vdot(g, s) + 0.5 * np.vdot(s, A @ s))

    assert model(tight) <= model(loose) < 0.0
