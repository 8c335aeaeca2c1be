"""Attention within its error bounds, next to the oracle, and where rows are sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from fused._attention import Problem, drawn
from fused._attention_bounds import Bounds, share
from softjet.check import oracle
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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sharp", [1.0, 30.0, 1000.0])
@pytest.mark.parametrize("case", CASES, ids=["wide", "long", "one"])
def test_every_answer_is_within_its_bound(dtype: Any, sharp: float, case: Any) -> None:
    """Also rows whose first key has a margin of hundreds: dS there keeps its digits."""
    problem = drawn(case[0], dtype, sharp=sharp, **case[1])
    dense, told = problem.dense(), problem.options
    bounds = Bounds(dense)
    q, k, _ = problem.primals
    o, o_dot = attention.jvp(problem.primals, problem.tangents, **told)
    assert share(o, dense.o, bounds.o) <= 1
    assert share(o_dot, dense.push(), bounds.push()) <= 1
    f = attention.logsumexp(q, k, **told)
    assert share(f, dense.f, bounds.logsumexp()) <= 1
    bars = attention.vjp(problem.primals, **told)[1](problem.o_bar)
    for ours, exact, bound in zip(bars, dense.pull(), bounds.pull(), strict=True):
        assert share(ours, exact, bound) <= 1
    bent = attention.curvature(problem.primals, problem.tangents, problem.o_bar, **told)
    for ours, exact, bound in zip(bent, dense.bend(), bounds.bend(), strict=True):
        assert share(ours, exact, bound) <= 1


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


def dot(a: Any, b: Any) -> Any:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def exact_rows(problem: Problem) -> list[tuple[list[Any], list[Any]]]:
    """o and o_dot of one head to 60 digits: oracle and mpmath."""
    mp.dps = 80

    def numbers(x: np.ndarray) -> list[list[Any]]:
        return [[mpf(float(e)) for e in row] for row in x[0, 0]]

    q, k, v = (numbers(x) for x in problem.primals)
    q_dot, k_dot, v_dot = (numbers(x) for x in problem.tangents)
    columns, columns_dot = [*zip(*v, strict=True)], [*zip(*v_dot, strict=True)]
    rows = []
    for i in range(len(q)):
        s = [dot(q[i], row) for row in k]
        moved = [dot(q_dot[i], a) + dot(q[i], b) for a, b in zip(k, k_dot, strict=True)]
        p = oracle.value("softmax", s)
        p_dot = oracle.pushforward("softmax", s, moved)
        both = zip(columns, columns_dot, strict=True)
        o_dot = [dot(p_dot, a) + dot(p, b) for a, b in both]
        rows.append(([dot(p, column) for column in columns], o_dot))
    return rows


@pytest.mark.parametrize("sharp", [1.0, 100.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_value_and_the_jvp_next_to_the_oracle(dtype: Any, sharp: float) -> None:
    problem = drawn((1, 1, 5, 9, 3, 2), dtype, sharp=sharp, scale=1.0)
    dense = problem.dense()
    bounds = Bounds(dense)
    dense.push()
    bound_dot = bounds.push()
    o, o_dot = attention.jvp(problem.primals, problem.tangents, scale=1.0)
    for i, (exact, exact_dot) in enumerate(exact_rows(problem)):
        for e in range(2):
            error = abs(mpf(float(o[0, 0, i, e])) - exact[e])
            assert error <= bounds.o[0, 0, i, e]
            error = abs(mpf(float(o_dot[0, 0, i, e])) - exact_dot[e])
            assert error <= bound_dot[0, 0, i, e]


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
