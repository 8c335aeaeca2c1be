"""Eigenvalues by the secular equation, against dense solvers and exact arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from softjet.rules._jacobian import Jacobian
from softjet.rules._spectrum import eigenvalues

U = 2.0**-53


def row(logits):
    e = np.exp(logits - np.max(logits))
    return e / e.sum()


def jacobian(y, sink=None):
    return Jacobian(y * (1 - y), y, y, sink=sink, name="softmax")


@pytest.mark.parametrize("K", [1, 2, 3, 17, 300])
@pytest.mark.parametrize("spread", [0.0, 1e-9, 1.0, 12.0, 300.0])
def test_as_the_dense_solver_to_its_accuracy(K, spread):
    y = row(spread * np.random.default_rng(K).normal(size=K))
    dense = np.linalg.eigvalsh(np.diag(y) - np.outer(y, y))
    np.testing.assert_allclose(jacobian(y).eigvalsh(), dense, rtol=0, atol=2e-15)


def exact(logits, sink_logit=None):
    """Rounded probabilities, and the eigenvalues of the exact ones."""
    x = [mpmath.mpf(float(v)) for v in logits]
    x += [] if sink_logit is None else [mpmath.mpf(sink_logit)]
    e = [mpmath.exp(v) for v in x]
    p = [v / mpmath.fsum(e) for v in e]
    live = p[: len(logits)]
    n = len(live)
    J = mpmath.matrix(n, n)
    for i in range(n):
        for j in range(n):
            J[i, j] = (live[i] if i == j else 0) - live[i] * live[j]
    values = sorted(mpmath.eigsy(J, eigvals_only=True))
    sink = 0.0 if sink_logit is None else float(p[-1])
    return np.array([float(v) for v in live]), sink, values


@pytest.mark.parametrize("sink", [None, 0.5, -60.0, 45.0])
@pytest.mark.parametrize("spread", [0.5, 5.0, 40.0])
def test_small_eigenvalues_are_as_accurate_as_large_ones(spread, sink):
    rng = np.random.default_rng(5)
    with mpmath.workdps(250):
        for K in (2, 4, 7):
            y, mass, values = exact(spread * rng.normal(size=K), sink)
            found = eigenvalues(y, y, mass)
            for k in range(0 if mass else 1, K):
                assert abs(found[k] - values[k]) <= 8 * U * values[k]
            assert mass or found[0] == 0


def test_the_dense_solver_does_not_keep_small_eigenvalues():
    # What the relative accuracy above is worth: here eigvalsh has none.
    with mpmath.workdps(250):
        y, _, values = exact([0.0, -50.0, -60.0])
        dense = np.linalg.eigvalsh(np.diag(y) - np.outer(y, y))
        assert abs(dense[1] - values[1]) > 1e-3 * values[1]
        assert eigenvalues(y, y, 0.0)[1] == pytest.approx(float(values[1]), rel=4 * U)


def test_ties_and_zeros_are_taken_out_first():
    y = np.array([0.25, 0.0, 0.125, 0.25, 0.25, 0.125, 0.0])
    found = jacobian(y).eigvalsh()
    assert list(found[:3]) == [0, 0, 0]
    assert np.count_nonzero(found == 0.125) == 1
    assert np.count_nonzero(found == 0.25) == 2
    assert 0.125 < found[4] < 0.25
    uniform = jacobian(np.full(8, 0.125)).eigvalsh()
    np.testing.assert_array_equal(uniform, [0] + [0.125] * 7)


def test_neighbouring_floats_leave_no_room_and_need_none():
    y = np.full(6, 1 / 6)
    for k in range(6):
        y[k] += k * np.spacing(y[k])
    np.testing.assert_allclose(jacobian(y).eigvalsh()[1:], y[1:], rtol=8 * U)


@pytest.mark.parametrize("sink", [0.0, 1e-12, 0.4])
def test_eigenvalues_interlace_and_sum_to_the_trace(sink):
    y = np.sort(row(9 * np.random.default_rng(8).normal(size=1000))) * (1 - sink)
    found = jacobian(y, np.float64(sink)).eigvalsh()
    assert np.all(found <= y)
    assert np.all(found[1:] >= y[:-1])
    assert (found[0] > 0) == (sink > 0)
    assert found.sum() == pytest.approx(np.sum(y * (1 - y)), rel=1e-13)


def test_probabilities_of_any_size():
    # Far apart, y_k meets only the n larger ones, as 1 each: y_k / (y_k - t) + n = 0.
    # No length may underflow on the way, and no bracket be halved a thousand times.
    y = np.array([1e-299, 1e-279, 1e-200, 1.0])
    found = eigenvalues(y, y, 0.0)
    np.testing.assert_allclose(found, [0, 4e-299 / 3, 1.5e-279, 2e-200], rtol=4 * U)
    # Two near each other: the same with both, and two above.
    y = np.array([1e-300, 3e-300, 1e-10, 1.0])
    t = np.roots([2, -3 * (1 + 3), 4 * 1 * 3])
    near = eigenvalues(y, y, 0.0)[1:3] / 1e-300
    np.testing.assert_allclose(near, np.sort(t), rtol=1e-14)
