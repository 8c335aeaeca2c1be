"""Attention with all its scores stored: the answers, and how far off ours may be.

The answers are softmax's own modes around NumPy's products, in float64.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import softjet as sj

Array = np.ndarray
INF = np.inf
UNITS = {
    "float64": 2.0**-53,
    "float32": 2.0**-24,
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
}
# Sums of products in the dtype of the work: keys and queries of a block.
BLOCK = 512


def turned(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


@dataclass
class Problem:
    """q, k, v (..., H, T, width), tangents and cotangent, and the options of a call."""

    primals: tuple[Array, Array, Array]
    tangents: tuple[Any, Any, Any]
    o_bar: Array
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def dtype(self) -> np.dtype:
        return self.primals[0].dtype

    def dense(self) -> Dense:
        return Dense(self)


def drawn(
    shape: tuple[int, ...] = (2, 2, 21, 37, 5, 3),
    dtype: Any = np.float64,
    *,
    seed: int = 0,
    sharp: float = 1.0,
    groups: int = 1,
    **options: Any,
) -> Problem:
    """shape: batch, heads, queries, keys, widths of q and of v; sharp scales q."""
    batch, heads, queries, keys, width, values = shape
    rng = np.random.default_rng(seed)

    def normal(*sizes: int) -> Array:
        return rng.standard_normal(sizes).astype(dtype)

    q = normal(batch, heads, queries, width) * dtype(sharp)
    few = heads // groups
    k, v = normal(batch, few, keys, width), normal(batch, few, keys, values)
    q_dot = normal(batch, heads, queries, width)
    k_dot, v_dot = normal(batch, few, keys, width), normal(batch, few, keys, values)
    o_bar = normal(batch, heads, queries, values)
    return Problem((q, k, v), (q_dot, k_dot, v_dot), o_bar, options)


class Dense:
    """Everything of one call, with the matrices of scores."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.u = UNITS[problem.dtype.name]
        # Half precision is computed in float32 and rounded once, at the end.
        self.inner = (
            max(2.0**-53, min(self.u, 2.0**-24)) if self.u > 2.0**-53 else self.u
        )
        q, k, v = (x.astype(np.float64) for x in problem.primals)
        self.group = q.shape[-3] // k.shape[-3]
        self.q, self.k, self.v = q, self.shared(k), self.shared(v)
        self.told = problem.options
        scale = self.told.get("scale")
        self.scale = q.shape[-1] ** -0.5 if scale is None else scale
        self.live, self.bias = self._masks()
        with np.errstate(all="ignore"):
            self.s = self.q @ turned(self.k) * self.scale + self.bias
        self.soft = {"where": self.live}
        if (sink := self.told.get("sink")) is not None:
            self.soft["sink"] = np.asarray(sink, float)[..., None, None]
        self.p = sj.softmax(self.s, **self.soft)
        self.o = self.p @ self.v
        self.f = sj.logsumexp(self.s, **self.soft)

    def shared(self, x: Array) -> Array:
        return np.repeat(x, self.group, axis=-3)

    def _masks(self) -> tuple[Array, Array]:
        queries, keys = self.q.shape[-2], self.k.shape[-2]
        i, j = np.arange(queries)[:, None], np.arange(keys)
        if self.told.get("alignment") == "bottom_right":
            i = i + keys - queries
        live = np.ones((queries, keys), bool)
        if self.told.get("causal"):
            live &= j <= i
        window = self.told.get("window")
        if isinstance(window, int):
            live &= abs(i - j) < window
        elif window is not None:
            before, after = (INF if side is None else side for side in window)
            live &= (i - j <= before) & (j - i <= after)
        mask = self.told.get("mask")
        whole = (*self.q.shape[:-1], keys)
        if mask is None:
            return np.broadcast_to(live, whole), np.zeros(())
        mask = np.asarray(mask)
        if mask.dtype == bool:
            return np.broadcast_to(live & mask, whole), np.zeros(())
        bias = mask.astype(np.float64)
        dead = bias == -INF
        return np.broadcast_to(live & ~dead, whole), np.where(dead, 0.0, bias)

    # -- answers -----------------------------------------------------------------------

    def push(self) -> Array:
        q_dot, k_dot, v_dot = self.moved = self._tangents()
        self.s_dot = (q_dot @ turned(self.k) + self.q @ turned(k_dot)) * self.scale
        self.p_dot = sj.softmax.jvp(self.s, self.s_dot, **self.soft)[1]
        self.o_dot = self.p_dot @ self.v + self.p @ v_dot
        return self.o_dot

    def _tangents(self) -> tuple[Array, Array, Array]:
        zeros = (np.zeros(x.shape) for x in self.problem.primals)
        q, k, v = (
            zero if x is None else x.astype(np.float64)
            for x, zero in zip(self.problem.tangents, zeros, strict=True)
        )
        return q, self.shared(k), self.shared(v)

    def pull(self) -> tuple[Array, Array, Array]:
        self.bar = self.problem.o_bar.astype(np.float64)
        self.dp = self.bar @ turned(self.v)
        self.pullback = sj.softmax.vjp(self.s, **self.soft)[1]
        self.ds = self.pullback(self.dp)
        return self._three(
            self.ds @ self.k * self.scale,
            turned(self.ds) @ self.q * self.scale,
            turned(self.p) @ self.bar,
        )

    def bend(self) -> tuple[Array, Array, Array]:
        self.push(), self.pull()
        q_dot, k_dot, v_dot = self.moved
        bent = sj.softmax.curvature(self.s, self.s_dot, self.dp, **self.soft)
        self.dp_dot = self.bar @ turned(v_dot)
        self.ds_dot = bent + self.pullback(self.dp_dot)
        return self._three(
            (self.ds_dot @ self.k + self.ds @ k_dot) * self.scale,
            (turned(self.ds_dot) @ self.q + turned(self.ds) @ q_dot) * self.scale,
            turned(self.p_dot) @ self.bar,
        )

    def _three(self, q: Array, k: Array, v: Array) -> tuple[Array, Array, Array]:
        return q, self.gathered(k), self.gathered(v)

    def gathered(self, x: Array) -> Array:
        """Cotangents of heads that share one of k and v, added up."""
        lead = (*x.shape[:-3], x.shape[-3] // self.group, self.group)
        return x.reshape(*lead, *x.shape[-2:]).sum(axis=-3)


def adjoint(problem: Problem, f: Any) -> tuple[float, float, float]:
    """<o_bar, J x_dot>, <J^T o_bar, x_dot>, and the size of their terms."""
    told = problem.options
    _, o_dot = f.jvp(problem.primals, problem.tangents, **told)
    bars = f.vjp(problem.primals, **told)[1](problem.o_bar)
    left = float((o_dot * problem.o_bar).sum(dtype=np.float64))
    pairs = [
        bar.astype(np.float64) * x
        for bar, x in zip(bars, problem.tangents, strict=True)
        if x is not None
    ]
    right = sum(float(pair.sum()) for pair in pairs)
    return left, right, sum(float(abs(pair).sum()) for pair in pairs)


def near(ours: Array, exact: Array, tolerance: float) -> None:
    """Off by no more than a share of the largest entry."""
    assert ours.shape == exact.shape
    size = max(float(np.max(abs(exact), initial=0.0)), 1e-30)
    error = float(np.max(abs(ours.astype(np.float64) - exact), initial=0.0))
    assert error <= tolerance * size, (error, tolerance * size)
