"""The vocabulary of the sides, and the point: all the other tests lean on them."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from softjet.derivations import point
from softjet.derivations._numbers import (
    along,
    delta,
    dot,
    each,
    exp,
    log,
    partial,
    second,
    slope,
    total,
)
from softjet.derivations._point import (
    centred,
    jacobian,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softplus,
)


def test_slope_is_right_to_rounding_where_differences_are_not():
    exact = float(mp.diff(lambda e: mp.exp(e) / (mp.cos(e) + mp.mpf("1e-3")), 0))
    value = slope(lambda e: np.exp(e) / (np.cos(e) + 1e-3))
    assert abs(value / exact - 1) < 1e-15


def test_partial_puts_the_index_of_the_argument_last():
    A = np.arange(6.0).reshape(2, 3) + 0.5
    np.testing.assert_array_equal(partial(lambda x: A @ x, np.ones(3)), A)
    by = partial(lambda W: A @ W, np.ones((3, 4)))
    assert by.shape == (2, 4, 3, 4)
    expected = np.einsum("nh,jk->njhk", A, np.eye(4))
    np.testing.assert_array_equal(by, expected)


def test_along_is_partial_times_the_tangent():
    p = point(5)
    pushed = partial(softmax, p.x) @ p.x_dot
    np.testing.assert_allclose(along(softmax, p.x, p.x_dot), pushed, atol=1e-16)


def test_second_sees_mixed_and_pure_derivatives():
    x = np.array([0.3, -0.7])
    got = second(lambda v: exp(2 * v[0]) * np.sin(v[1]), x)
    e, s, c = np.exp(0.6), np.sin(-0.7), np.cos(-0.7)
    np.testing.assert_allclose(
        got, e * np.array([[4 * s, 2 * c], [2 * c, -s]]), rtol=3e-14
    )


def test_each_total_and_delta_do_as_indices_do():
    assert total(lambda j: j**2, 4, but=3) == 5
    picked = each(lambda i, k: 10 * i + k, 2, 3, only=lambda i, k: i != k)
    assert picked.tolist() == [1, 2, 10, 12]
    assert each(lambda i, k: delta(i, k), 2, 2).tolist() == [[1, 0], [0, 1]]
    assert each(lambda i: i).tolist() == [0, 1, 2, 3, 4]


def test_dot_does_not_conjugate():
    assert dot(np.array([1j, 2]), np.array([1j, 3])) == 5


def test_log_and_exp_take_complex_numbers():
    assert log(exp(0.5 + 0.25j)) == pytest.approx(0.5 + 0.25j, abs=1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_the_point_is_generic(seed):
    p = point(seed)
    assert p.x.min() < 0 < p.x.max()
    for row in (p.x, p.x_dot, p.y_bar, p.t, p.b, p.b_dot):
        assert row.shape == (5,)
        assert np.min(np.abs(np.subtract.outer(row, row)) + np.eye(5)) > 1e-5
    assert abs(p.t.sum() - 1) > 0.1
    assert np.all(abs(p.T.sum(axis=1) - 1) > 0.1)
    assert np.ptp(p.T.sum(axis=1)) > 0.01
    matrices = (p.X_dot, p.q, p.k, p.v, p.q_dot, p.k_dot, p.v_dot, p.o_bar, p.mask)
    for matrix in matrices:
        assert matrix.ndim == 2
        entries = matrix.ravel()
        apart = np.abs(np.subtract.outer(entries, entries)) + np.eye(entries.size)
        assert apart.min() > 1e-5
    assert np.ptp(p.rows_bar) > 0.05
    assert len({p.m, p.cap, p.penalty, p.scale, p.f_bar, p.temperature, 1.0}) == 7
    assert p.x.max() != p.m
    assert p.y.max() - p.y.min() > 0.05


def test_the_point_of_a_seed_stays_what_it_is():
    a, b = point(2), point(2)
    np.testing.assert_array_equal(a.x, b.x)
    assert not np.array_equal(a.x, point(3).x)


def test_the_functions_are_the_functions():
    p = point(4)
    with mp.workdps(40):
        x = [mp.mpf(float(v)) for v in p.x]
        f = mp.log(mp.fsum(mp.exp(v) for v in x))
        y = np.array([float(mp.exp(v - f)) for v in x])
        s = np.array([float(1 / (1 + mp.exp(-v))) for v in x])
        u = np.array([float(mp.log(1 + mp.exp(v))) for v in x])
    assert logsumexp(p.x) == pytest.approx(float(f), rel=1e-15)
    np.testing.assert_allclose(softmax(p.x), y, rtol=1e-15)
    np.testing.assert_allclose(log_softmax(p.x), np.log(y), rtol=1e-14)
    np.testing.assert_allclose(sigmoid(p.x), s, rtol=1e-15)
    np.testing.assert_allclose(softplus(p.x), u, rtol=1e-14)
    np.testing.assert_allclose(p.J, jacobian(y), atol=1e-15)
    assert abs(dot(y, centred(y, p.y_bar))) < 1e-15
