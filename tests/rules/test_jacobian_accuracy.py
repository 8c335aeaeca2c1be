"""The structured Jacobian of saturated rows, against exact arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from softjet.rules._jacobian import Jacobian

U = 2.0**-53
# 1 - p takes 260 digits at a margin of 600.
DIGITS = 320


def exact_row(logits, sink=None):
    """Probabilities and their complements in full, the sink's last."""
    row = [mpmath.mpf(float(x)) for x in logits]
    row += [] if sink is None else [mpmath.mpf(sink)]
    e = [mpmath.exp(x - max(row)) for x in row]
    p = [x / mpmath.fsum(e) for x in e]
    others = [mpmath.fsum(p[:j] + p[j + 1 :]) for j in range(len(p))]
    return p, others


def floats(values):
    return np.array([float(value) for value in values])


def saturated_rows():
    """Logits, the sink's logit, and a seed: margins, offsets, all three centrings."""
    rng = np.random.default_rng(3)
    for margin in (0.0, 1.0, 20.0, 37.5, 80.0, 600.0):
        for offset in (0.0, 1e6, -1e12):
            for sink in (None, -3.0, margin + 2):
                x = rng.normal(size=9)
                x[4] += margin
                yield x, sink, rng.normal(size=9) + (offset if sink is None else 0)


@pytest.mark.parametrize("left", ["softmax", "log_softmax"])
def test_pushforward_is_within_six_units_of_exact_arithmetic(left):
    worst = naive = 0.0
    with mpmath.workdps(DIGITS):
        for x, sink, v in saturated_rows():
            p, others = exact_row(x, sink)
            y, rest, k = floats(p)[:9], floats(others)[:9], len(p)
            a = y if left == "softmax" else np.ones(9)
            mass = None if sink is None else float(p[-1])
            out = Jacobian(a * rest, a, y, sink=mass, name=left) @ v
            seed = [mpmath.mpf(float(s)) for s in v] + [mpmath.mpf(0)] * (k - 9)
            h = [s - mpmath.fdot(p, seed) for s in seed]
            spread = mpmath.fdot(p, map(abs, h))
            for j in range(9):
                scale = p[j] if left == "softmax" else 1
                unit = U * scale * (abs(h[j]) + spread)
                worst = max(worst, float(abs(out[j] - scale * h[j]) / unit))
                plain = a[j] * v[j] - a[j] * np.dot(y, v)
                naive = max(naive, float(abs(plain - scale * h[j]) / unit))
    assert worst <= 6
    # The measure must be able to fail: the formula as written loses every digit.
    assert naive > 1e6


def test_pullback_of_log_softmax_keeps_the_digits_of_a_saturated_row():
    worst = naive = 0.0
    with mpmath.workdps(DIGITS):
        for x, sink, v in saturated_rows():
            # A cotangent at the label alone, or nearly: what cross-entropy sends.
            v = np.where(np.arange(9) == 4, v, 1e-9 * (v - v.round()))
            p, others = exact_row(x, sink)
            y, rest = floats(p)[:9], floats(others)[:9]
            out = v @ Jacobian(rest, np.ones(9), y, name="log_softmax")
            seed = [mpmath.mpf(float(s)) for s in v]
            for j in range(9):
                exact = seed[j] * others[j] - p[j] * mpmath.fsum(
                    seed[:j] + seed[j + 1 :]
                )
                mass = mpmath.fsum(abs(s) for s in seed[:j] + seed[j + 1 :])
                unit = U * (abs(seed[j]) * others[j] + p[j] * mass)
                worst = max(worst, float(abs(out[j] - exact) / unit))
                plain = v[j] - y[j] * v.sum()
                naive = max(naive, float(abs(plain - exact) / unit))
    assert worst <= 6
    assert naive > 1e6


def test_diagonal_and_trace_survive_a_largest_probability_of_one():
    with mpmath.workdps(DIGITS):
        p, others = exact_row([0.0, 50.0, 3.0])
        y, rest = floats(p), floats(others)
        exact = [float(a * b) for a, b in zip(p, others, strict=True)]
        J = Jacobian(y * rest, y, y, name="softmax")
        assert y[1] == 1
        np.testing.assert_allclose(J.diagonal(), exact, rtol=4 * U)
        np.testing.assert_allclose(np.diagonal(np.asarray(J)), exact, rtol=4 * U)
        np.testing.assert_allclose(J.trace(), np.sum(exact), rtol=6 * U)


def test_square_root_of_saturated_rows_entry_by_entry():
    with mpmath.workdps(DIGITS):
        for x, sink, _ in saturated_rows():
            p, others = exact_row(x, sink)
            mass = None if sink is None else float(p[-1])
            y, rest = floats(p)[:9], floats(others)[:9]
            J = Jacobian(y * rest, y, y, sink=mass, name="softmax")
            R = mpmath.matrix(np.asarray(J.sqrt()).tolist())
            product = R * R.T
            for i in range(9):
                for j in range(9):
                    exact = p[i] * others[i] if i == j else -p[i] * p[j]
                    size = mpmath.sqrt(p[i] * others[i] * p[j] * others[j])
                    assert abs(product[i, j] - exact) <= 12 * U * size
