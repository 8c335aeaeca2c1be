"""Attention with all its scores stored: every answer, of one drawn problem.

The answers are softmax's modes around plain products, in float64 or in sixty digits;
`_attention_bounds.py` says how far from them a fused function may be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._arithmetic import FLOAT64, Arithmetic
from .oracle import unit_roundoff

Array = Any
INF = np.inf
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

    def dense(self, arithmetic: Arithmetic = FLOAT64) -> Dense:
        return Dense(self, arithmetic)


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

    def __init__(self, problem: Problem, by: Arithmetic = FLOAT64) -> None:
        self.problem, self.by = problem, by
        self.u = unit_roundoff(problem.dtype)
        # Half precision is computed in float32 and rounded once, at the end.
        self.inner = min(self.u, 2.0**-24)
        q, k, v = (by.wide(x) for x in problem.primals)
        self.group = q.shape[-3] // k.shape[-3]
        self.q, self.k, self.v = q, self.shared(k), self.shared(v)
        self.told = problem.options
        scale = self.told.get("scale")
        self.scale = q.shape[-1] ** -0.5 if scale is None else scale
        self.live, self.bias = self._masks()
        with np.errstate(all="ignore"):
            self.s = self.q @ turned(self.k) * self.scale + self.bias
        self.soft: dict[str, Any] = {"where": self.live}
        if (sink := self.told.get("sink")) is not None:
            self.soft["sink"] = np.asarray(sink, float)[..., None, None]
        self.p = by.softmax(self.s, **self.soft)
        self.o = self.p @ self.v
        self.f = by.logsumexp(self.s, **self.soft)

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
        self.p_dot = self.by.pushed(self.s, self.s_dot, **self.soft)
        self.o_dot = self.p_dot @ self.v + self.p @ v_dot
        return self.o_dot

    def _tangents(self) -> tuple[Array, Array, Array]:
        pairs = zip(self.problem.primals, self.problem.tangents, strict=True)
        q, k, v = (
            self.by.wide(np.zeros(x.shape) if x_dot is None else x_dot)
            for x, x_dot in pairs
        )
        return q, self.shared(k), self.shared(v)

    def pull(self) -> tuple[Array, Array, Array]:
        self.bar = self.by.wide(self.problem.o_bar)
        self.dp = self.bar @ turned(self.v)
        self.ds = self.by.pulled(self.s, self.dp, **self.soft)
        return self._three(
            self.ds @ self.k * self.scale,
            turned(self.ds) @ self.q * self.scale,
            turned(self.p) @ self.bar,
        )

    def bend(self) -> tuple[Array, Array, Array]:
        self.push(), self.pull()
        q_dot, k_dot, v_dot = self.moved
        bent = self.by.curved(self.s, self.s_dot, self.dp, **self.soft)
        self.dp_dot = self.bar @ turned(v_dot)
        self.ds_dot = bent + self.by.pulled(self.s, self.dp_dot, **self.soft)
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
