"""Attention within its error bounds, next to the oracle, and where rows are sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fused._attention import drawn
from softjet.check import _judged
from softjet.check._arithmetic import SIXTY_DIGITS
from softjet.fused.attention import attention

WIDE, LONG, ONE = (
    (1, 2, 24, 300, 64, 64),
    (1, 1, 70, 1100, 16, 48),
    (1, 1, 1, 3000, 8, 8),
)
CASES: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    (WIDE, {"causal": True, "alignment": "bottom_right"}),
    (LONG, {}),
    (ONE, {"sink": 2.0}),
]
TINY: list[dict[str, Any]] = [
    {"scale": 1.0},
    {"causal": True, "alignment": "bottom_right"},
    {"mask": np.where(np.eye(5, 9, 2), -np.inf, 0.75), "sink": [0.5, 30.0]},
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sharp", [1.0, 30.0, 1000.0])
@pytest.mark.parametrize("case", CASES, ids=["wide", "long", "one"])
def test_every_answer_is_within_its_bound(dtype: Any, sharp: float, case: Any) -> None:
    """Also rows whose first key has a margin of hundreds: dS there keeps its digits."""
    problem = drawn(case[0], dtype, sharp=sharp, **case[1])
    for judged in _judged.attention(problem):
        assert judged.share <= 1, judged.mode


def test_the_bounds_do_not_grow_with_the_number_of_keys() -> None:
    """Equal keys: o is v but for what sums over blocks would lose."""
    rng = np.random.default_rng(0)
    q, k = np.ones((1, 3, 4), np.float32), np.ones((1, 1, 4), np.float32)
    for keys in (512, 16384):
        v = rng.random((1, keys, 5), np.float32) + 1
        o = attention(q, np.repeat(k, keys, axis=1), v)
        exact = v.mean(axis=1, dtype=np.float64, keepdims=True)
        # One float32 sum of 16384 terms would be off by 40 u and more.
        assert (abs(o - exact) <= 14 * 2.0**-24 * exact).all()


@pytest.mark.parametrize("told", TINY, ids=["plain", "causal", "mask"])
@pytest.mark.parametrize("sharp", [1.0, 100.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_answer_next_to_sixty_digits(dtype: Any, sharp: float, told: Any) -> None:
    problem = drawn((1, 2, 5, 9, 3, 2), dtype, sharp=sharp, **told)
    for judged in _judged.attention(problem, SIXTY_DIGITS):
        assert judged.share <= 1, judged.mode
        assert judged.exact.dtype == object


def test_the_bounds_notice_a_lost_digit() -> None:
    """An answer that is off by 2^-10 of itself is outside."""
    for judged in _judged.attention(drawn(CASES[0][0], np.float32, **CASES[0][1])):
        wrong = judged.exact * (1 + 2.0**-10)
        assert judged._replace(ours=wrong.astype(np.float32)).share > 1, judged.mode


def test_a_row_that_is_sure_keeps_the_digits_of_the_others() -> None:
    """Margin 60: the others weigh 1e-26, and so does every derivative, to 1e-5."""
    q = np.ones((1, 1, 2), np.float32)
    k = np.array([[[30.0, 30.0], [0.5, -0.5], [-0.25, 0.25]]], np.float32)
    v = np.array([[[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]]], np.float32)
    o_bar = np.array([[[1.0, -2.0]]], np.float32)
    q_bar, k_bar, _ = attention.vjp((q, k, v), scale=1.0)[1](o_bar)
    p = np.exp(-60.0)
    slopes = p * np.array([0, 5.0 + 3.0, -7.5 + 3.0])
    slopes[0] = -slopes[1:].sum()
    assert np.allclose(q_bar[0], slopes @ k[0].astype(float), rtol=1e-5, atol=0)
    assert np.allclose(k_bar[0], slopes[:, None] * [1.0, 1.0], rtol=1e-5, atol=0)
    o_dot = attention.jvp((q, k, v), (q, None, None), scale=1.0)[1]
    exact = p * (60.0 * (v[0, 0] - v[0, 1]) + 60.0 * (v[0, 0] - v[0, 2])).astype(float)
    assert np.allclose(o_dot[0, 0], exact, rtol=1e-5, atol=0)
