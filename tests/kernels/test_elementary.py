"""exp and log1p judged: every float32 in range, and float64 against more digits.

The truth for float32 is NumPy's float64, whose own error is 2^-29 of the spacing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest
from mpmath import mp, mpf

from softjet.check import oracle
from softjet.kernels import log_sigmoid, sigmoid, softplus
from softjet.kernels._compile import inlined
from softjet.kernels._elementary import exponential, log1p
from softjet.kernels._loop import entrywise
from softjet.kernels._memory import at
from softjet.kernels._unit_log import unit_log
from softjet.kernels._vector import splat

CHUNK = 1 << 20


@inlined
def _plain(x: Any) -> Any:
    return exponential(x, splat(x, 0.0))


_exp = entrywise(_plain, 1)
_shifted = entrywise(exponential, 2)
_log1p = entrywise(log1p, 1)
_unit_log = entrywise(unit_log, 1)


@numba.njit
def run_exp(X: Any, Y: Any) -> None:
    _exp((at(X, 0),), at(Y, 0), 0, X.size)


@numba.njit
def run_shifted(X: Any, S: Any, Y: Any) -> None:
    _shifted((at(X, 0), at(S, 0)), at(Y, 0), 0, X.size)


@numba.njit
def run_log1p(T: Any, Y: Any) -> None:
    _log1p((at(T, 0),), at(Y, 0), 0, T.size)


@numba.njit
def run_unit_log(T: Any, Y: Any) -> None:
    _unit_log((at(T, 0),), at(Y, 0), 0, T.size)


def answer(run: Callable[..., None], *given: np.ndarray) -> np.ndarray:
    y = np.empty_like(given[0])
    run(*given, y)
    return y


def every_float(low: float, high: float, step: int = 1) -> Iterator[np.ndarray]:
    """The positive float32 from low to high, by their bits, or every step-th."""
    start, stop = (int(np.float32(v).view(np.uint32)) for v in (low, high))
    for k in range(start, stop + 1, CHUNK * step):
        end = min(k + CHUNK * step, stop + 1)
        yield np.arange(k, end, step, dtype=np.uint32).view(np.float32)


def spacing(exact: np.ndarray) -> np.ndarray:
    """Of float32 at exact values in float64; the smallest subnormal below them all."""
    bits = exact.view(np.int64) & (0x7FF << 52)
    power = np.maximum(bits, (1023 - 126) << 52).view(np.float64)
    return power * 2.0**-23


def worst(y: np.ndarray, exact: np.ndarray) -> float:
    return float((abs(y - exact) / spacing(exact)).max())


def test_exp_of_every_float32() -> None:
    """0.56 ulp measured; 0.77 where the result is subnormal, which rounds again."""
    for sign, last in ((np.float32(-1), 104.0), (np.float32(1), 88.7)):
        for x in every_float(2.0**-26, last):
            x = sign * x
            assert worst(answer(run_exp, x), np.exp(x.astype(np.float64))) <= 0.8


def test_log1p_of_every_float32() -> None:
    """0.84 ulp measured; below 2^-26 log1p is its argument, above 2^26 its log."""
    for t in every_float(2.0**-26, 2.0**26):
        assert worst(answer(run_log1p, t), np.log1p(t.astype(np.float64))) <= 0.9
    for low, high in ((1e-45, 2.0**-26), (2.0**26, 2.0**100)):
        for t in every_float(low, high, step=101):
            assert worst(answer(run_log1p, t), np.log1p(t.astype(np.float64))) <= 0.6


def test_unit_log_of_every_float32() -> None:
    """0.98 ulp measured, at 1/2, where its two halves meet."""
    for t in every_float(2.0**-26, 1.0):
        assert worst(answer(run_unit_log, t), np.log1p(t.astype(np.float64))) <= 1.0
    for t in every_float(1e-45, 2.0**-26, step=101):
        assert worst(answer(run_unit_log, t), np.log1p(t.astype(np.float64))) <= 0.6


@pytest.mark.parametrize("sign", [1, -1])
def test_functions_of_one_entry_over_float32(sign: int) -> None:
    """1.48, 1.58 and 1.58 ulp over every float32; here over each fifth.

    `python -m benchmarks.every_float` has the others.
    """
    for x in every_float(2.0**-26, 110.0, step=5):
        x = np.float32(sign) * x
        wide = x.astype(np.float64)
        decay = np.exp(-abs(wide))
        y, up, down = (np.empty_like(x) for _ in range(3))
        sigmoid.value(x, y, 0, x.size)
        softplus.value(x, up, 0, x.size)
        log_sigmoid.value(x, down, 0, x.size)
        log = np.log1p(decay)
        assert worst(y, (1.0 if sign > 0 else decay) / (1 + decay)) <= 1.6
        assert worst(up, np.maximum(wide, 0) + log) <= 1.7
        assert worst(down, np.minimum(wide, 0) - log) <= 1.7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_the_ends_of_the_range(dtype: Any) -> None:
    ends = np.array([0.0, -0.0, -np.finfo(dtype).smallest_subnormal, 1e-300], dtype)
    np.testing.assert_array_equal(answer(run_exp, ends), 1)
    below = np.array([-110.0 if dtype == np.float32 else -760.0], dtype)
    np.testing.assert_array_equal(answer(run_exp, below), 0)
    zero, nan = np.zeros(1, dtype), np.full(1, np.nan, dtype)
    for run in (run_log1p, run_unit_log):
        np.testing.assert_array_equal(answer(run, zero), 0)
        assert np.isnan(answer(run, nan)).all()
    assert np.isnan(answer(run_exp, nan)).all()


def doubles(count: int, low: float, high: float) -> np.ndarray:
    """Magnitudes from low to high, half of them even in the logarithm."""
    rng = np.random.default_rng(count)
    even = rng.uniform(low, high, count // 2)
    return np.concatenate([even, np.exp(rng.uniform(np.log(low), np.log(high), count))])


def hard(constant: float, count: int = 3000) -> np.ndarray:
    """Next to the places where an argument goes over to the next multiple."""
    halves = (np.arange(count) % 1000 + 0.5) * constant
    return halves * (1 + 1e-15 * np.random.default_rng(1).integers(-9, 10, count))


def exactly(function: Any, x: np.ndarray) -> list[Any]:
    with mp.workprec(100):
        return [function(mpf(float(v))) for v in x]


def double_ulps(y: np.ndarray, exact: list[Any]) -> float:
    return max(oracle.ulps(a, b, "float64") for a, b in zip(y, exact, strict=True))


def test_exp_of_doubles() -> None:
    """0.63 ulp measured."""
    x = np.concatenate([-doubles(8000, 1e-18, 745), doubles(4000, 1e-18, 709)])
    x = np.concatenate([x, hard(np.log(2) / 8), -hard(np.log(2) / 8)])
    x = x[(x < 709.7) & (x > -745)]
    assert double_ulps(answer(run_exp, x), exactly(mp.exp, x)) <= 0.7


def test_log1p_of_doubles() -> None:
    """0.84 ulp measured, next to 0.41, from where a power of two is taken out."""
    joints = 2.0 ** np.arange(-2, 60.5, 0.5) - 1
    t = np.concatenate([doubles(8000, 1e-18, 1e9), doubles(4000, 0.1, 2.0)])
    t = np.concatenate([t, joints[joints > 0], np.nextafter(joints[joints > 0], 0)])
    assert double_ulps(answer(run_log1p, t), exactly(mp.log1p, t)) <= 0.9


def test_unit_log_of_doubles() -> None:
    """0.86 ulp measured, next to 1/2."""
    t = np.concatenate([doubles(8000, 1e-18, 1.0), doubles(4000, 0.3, 0.7)])
    t = np.concatenate([t, [0.5, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 1.0]])
    assert double_ulps(answer(run_unit_log, t), exactly(mp.log1p, t)) <= 0.95


def test_a_million_doubles() -> None:
    """Where NumPy has more digits than float64; elsewhere mpmath above stands alone."""
    x = doubles(10**6, 1e-12, 700)[:1000000]
    for run, function, sign in (
        (run_exp, np.exp, 1),
        (run_exp, np.exp, -1),
        (run_log1p, np.log1p, 1),
    ):
        exact = function((sign * x).astype(np.longdouble))
        unit = np.spacing(exact.astype(np.float64)).astype(np.longdouble)
        assert (abs(answer(run, sign * x) - exact) / unit).max() <= 0.9


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_power_of_two_is_taken_out_exactly(dtype: Any) -> None:
    """exp(x) 2^-n for x up to 2^17, where neither exp nor 2^n is a number."""
    x = np.random.default_rng(3).uniform(-(2.0**17), 2.0**17, 2000).astype(dtype)
    n = np.rint(x.astype(np.float64) / np.log(2)).astype(dtype)
    with mp.workprec(120):
        exact = [
            mp.exp(mpf(float(a)) - int(b) * mp.ln2) for a, b in zip(x, n, strict=True)
        ]
    y = answer(run_shifted, x, n)
    assert max(oracle.ulps(a, b, dtype) for a, b in zip(y, exact, strict=True)) <= 0.95
