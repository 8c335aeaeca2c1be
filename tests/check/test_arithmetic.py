"""Everything stored, in float64 and in sixty digits, which agree."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from mpmath import mp, mpf

from softjet.check import attention, linear_cross_entropy
from softjet.check._arithmetic import FLOAT64, SIXTY_DIGITS
from softjet.check._share import share, units

MASK = np.array([[True, False, True, True], [False, True, True, False]])
LAYERS = linear_cross_entropy.OPTIONS
HEADS: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"causal": True, "alignment": "bottom_right"},
    "mask and sink": {"mask": MASK, "sink": [0.5, -1.0]},
}


def agree(wide: Any, exact: Any) -> None:
    """To 1e-13 of the largest."""
    wide, exact = np.asarray(wide), np.asarray(exact)
    assert exact.dtype == object
    size = float(np.max(abs(exact)))
    assert size > 1e-3
    assert float(np.max(abs(wide - exact))) <= 1e-13 * size


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    layer = linear_cross_entropy.drawn(
        np.random.default_rng(1), 9, 3, 7, options=LAYERS[name]
    )
    bars = np.random.default_rng(2).normal(size=9)
    wide = linear_cross_entropy.Dense(layer)
    with SIXTY_DIGITS.exactly():
        exact = linear_cross_entropy.Dense(layer, SIXTY_DIGITS)
        agree(wide.rows, exact.rows)
        agree(wide.lse, exact.lse)
        agree(wide.rows_dot, exact.rows_dot)
        seeds = SIXTY_DIGITS.wide(bars)
        for a, b in zip(wide.pulled(bars), exact.pulled(seeds), strict=True):
            agree(a, b)
        for a, b in zip(wide.hvp(bars), exact.hvp(seeds), strict=True):
            agree(a, b)


@pytest.mark.parametrize("name", HEADS)
def test_heads(name: str) -> None:
    problem = attention.drawn((1, 2, 2, 4, 3, 2), sharp=3.0, **HEADS[name])
    wide = problem.dense(FLOAT64)
    with SIXTY_DIGITS.exactly():
        exact = problem.dense(SIXTY_DIGITS)
        agree(wide.o, exact.o)
        agree(wide.f, exact.f)
        agree(wide.push(), exact.push())
        for a, b in zip(wide.pull(), exact.pull(), strict=True):
            agree(a, b)
        for a, b in zip(wide.bend(), exact.bend(), strict=True):
            agree(a, b)


def test_sixty_digits_are_sixty() -> None:
    with SIXTY_DIGITS.exactly():
        x = SIXTY_DIGITS.wide(np.array([[0.0, 1.0]]))
        y = SIXTY_DIGITS.softmax(x)[0]
        assert abs(y.sum() - 1) < mpf(10) ** -58
        assert abs(y[1] - 1 / (1 + mp.exp(-1))) < mpf(10) ** -58
        assert SIXTY_DIGITS.softmax(x, where=np.array([[True, False]]))[0, 1] == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_a_share_is_that_of_the_bound(dtype: Any) -> None:
    exact = np.array([1.0, -2.0, 0.0, 4.0])
    ours = np.array([1.0, -2.0, 0.0, 4.5]).astype(dtype)
    assert share(ours, exact, np.full(4, 0.25)) == 2.0
    u = 2.0 ** -(ml_dtypes.finfo(dtype).nmant + 1)
    assert units(ours, exact) == 0.125 / u
    assert units(ours[:3], exact[:3]) == share(ours[:3], exact[:3], np.zeros(3)) == 0


def test_what_overflows_is_infinite_and_what_is_lost_is_wrong() -> None:
    exact, bound = np.array([1e6, 1.0]), np.array([1.0, 1.0])
    assert share(np.array([np.inf, 1.0], np.float16), exact, bound) == 0
    assert share(np.array([6e4, 1.0], np.float16), exact, bound) > 1
    assert share(np.array([np.inf, np.nan], np.float16), exact, bound) == np.inf
    least = float(np.finfo(np.float16).smallest_subnormal)
    tiny = np.array([0.0], np.float16)
    assert share(tiny, np.array([least]), np.zeros(1)) == 1
    assert share(tiny, np.array([3 * least]), np.zeros(1)) == 3
