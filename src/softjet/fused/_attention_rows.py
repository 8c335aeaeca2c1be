"""Attention of chosen queries by softmax itself, in float64, all their keys at once.

    y     = softmax(s),  o = y v                          s = scale q k^T + mask
    y_dot = softmax's pushforward of s_dot,  o_dot = y_dot v + y v_dot
    dS    = softmax's pullback of o_bar v^T,  q_bar = dS k,  k_bar = dS^T q
    and the same once more for the curvature

Blocks answer rows of finite scores, and leave the others to this: NaN, infinities,
scores out of reach, and every row where there are no kernels.  All edges are softmax's
own.  What has no weight is never read, even if NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..adapters.numpy import FUNCTIONS
from ._attention_call import Call

Array = np.ndarray
ROOM = 1 << 23  # bytes of one matrix of scores: rows by all keys


class Rows(NamedTuple):
    """Some queries of a head: their place, scores and what softmax takes besides."""

    b: int
    h: int
    rows: Array
    scores: Array
    options: dict[str, Any]


Tangents = tuple[Array | None, ...]


class RowsOf:
    """The chosen rows of a call; `chosen` is (B, H, T_q), or None for all."""

    def __init__(self, call: Call, chosen: Array | None = None) -> None:
        self.call, self.chosen = call, chosen

    def value(self, o: Array) -> None:
        """o of the chosen rows."""
        for at in self:
            y = FUNCTIONS["softmax"](at.scores, **at.options)
            o[at.b, at.h, at.rows] = product(y, self.keys(2, at))

    def logsumexp(self, f: Array) -> None:
        for at in self:
            f[at.b, at.h, at.rows] = FUNCTIONS["logsumexp"](at.scores, **at.options)

    def weights(self, y: Array, places: Array) -> None:
        """y[..., n, :] of query places[n]."""
        for at in self._of(lambda b, h: places):
            y[at.b, at.h] = FUNCTIONS["softmax"](at.scores, **at.options)

    def pushforward(self, tangents: Tangents, o_dot: Array) -> None:
        for at in self:
            y, y_dot = FUNCTIONS["softmax"].jvp(
                at.scores, self.moved(at, tangents), **at.options
            )
            total = product(y_dot, self.keys(2, at))
            if tangents[2] is not None:
                total = total + product(y, self.keys(2, at, tangents))
            o_dot[at.b, at.h, at.rows] = total

    def pullback(self, o_bar: Array, bars: tuple[Array, ...]) -> None:
        """Added to q_bar, k_bar, v_bar."""
        for at in self:
            bar = self.queries(at, o_bar)
            y, pullback = FUNCTIONS["softmax"].vjp(at.scores, **at.options)
            slopes = pullback(bar @ self.keys(2, at).T)
            q, k = self.queries(at), self.keys(1, at)
            self._add(bars, at, slopes, k, q, y, bar)

    def curvature(
        self, tangents: Tangents, o_bar: Array, bars: tuple[Array, ...]
    ) -> None:
        """Added to the derivatives of q_bar, k_bar, v_bar along the tangents."""
        softmax = FUNCTIONS["softmax"]
        for at in self:
            bar, moved = self.queries(at, o_bar), self.moved(at, tangents)
            inner = bar @ self.keys(2, at).T
            _, y_dot = softmax.jvp(at.scores, moved, **at.options)
            pullback = softmax.vjp(at.scores, **at.options)[1]
            slopes = pullback(inner)
            bent = softmax.curvature(at.scores, moved, inner, **at.options)
            if tangents[2] is not None:
                bent = bent + pullback(bar @ self.keys(2, at, tangents).T)
            q, k = self.queries(at), self.keys(1, at)
            self._add(bars, at, bent, k, q, y_dot, bar)
            k_dot = None if tangents[1] is None else self.keys(1, at, tangents)
            q_dot = None if tangents[0] is None else self.queries(at, tangents[0])
            self._add(bars, at, slopes, k_dot, q_dot, None, bar)

    def _add(
        self,
        bars: tuple[Array, ...],
        at: Rows,
        slopes: Array,
        k: Array | None,
        q: Array | None,
        y: Array | None,
        bar: Array,
    ) -> None:
        other, scale = at.h // self.call.group, self.call.scale
        if k is not None:
            bars[0][at.b, at.h, at.rows] += product(slopes, k) * scale
        if q is not None:
            bars[1][at.b, other] += product(slopes.T, q) * scale
        if y is not None:
            bars[2][at.b, other] += product(y.T, bar)

    # -- rows --------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Rows]:
        everything, chosen = np.arange(self.call.queries), self.chosen
        if chosen is None:
            return self._of(lambda b, h: everything)
        return self._of(lambda b, h: np.flatnonzero(chosen[b, h]))

    def _of(self, places: Callable[[int, int], Array]) -> Iterator[Rows]:
        call = self.call
        step = max(1, ROOM // (8 * max(1, call.keys)))
        for b in range(len(call.arrays[0])):
            for h in range(call.heads):
                rows = places(b, h)
                for start in range(0, len(rows), step):
                    with np.errstate(all="ignore"):  # edges are softmax's
                        yield self._rows(b, h, rows[start : start + step])

    def _rows(self, b: int, h: int, rows: Array) -> Rows:
        call = self.call
        at = Rows(b, h, rows, np.empty(0), {})
        scores = (self.queries(at) @ self.keys(1, at).T) * call.scale
        live = call.sight.live(rows, np.arange(call.keys))
        flags, bias = call.mask_of(b, h)
        if flags is not None:
            live &= flags[rows]
        if bias is not None:
            dead = bias[rows] == -np.inf
            live &= ~dead
            scores = scores + np.where(dead, 0.0, bias[rows])
        sink = call.sinks[b, h]
        options = {"where": live, "sink": None if sink == -np.inf else sink}
        return at._replace(scores=scores, options=options)

    def queries(self, at: Rows, array: Array | None = None) -> Array:
        """Rows of q, or of an array like it."""
        q = self.call.arrays[0] if array is None else array
        return q[at.b, at.h, at.rows].astype(np.float64)

    def keys(self, which: int, at: Rows, tangents: Tangents | None = None) -> Array:
        """All of a head of k (1) or v (2), or of its tangent."""
        array = self.call.arrays[which] if tangents is None else tangents[which]
        assert array is not None
        return array[at.b, at.h // self.call.group].astype(np.float64)

    def moved(self, at: Rows, tangents: Tangents) -> Array:
        """The tangent of the scores."""
        moved = np.zeros(at.scores.shape)
        if tangents[0] is not None:
            moved += self.queries(at, tangents[0]) @ self.keys(1, at).T
        if tangents[1] is not None:
            moved += self.queries(at) @ self.keys(1, at, tangents).T
        return moved * self.call.scale


def product(a: Array, b: Array) -> Array:
    """a b, where an a of 0 wins over any b: no mass, no contribution."""
    finite = np.isfinite(b)
    if finite.all():
        return a @ b
    out = a @ np.where(finite, b, 0.0)
    some, more, less = a != 0, (a > 0) * 1.0, (a < 0) * 1.0
    up, down = (b == np.inf) * 1.0, (b == -np.inf) * 1.0
    rise, fall = more @ up + less @ down, more @ down + less @ up
    spoilt = (some @ np.isnan(b) * 1.0 > 0) | ((rise > 0) & (fall > 0)) | np.isnan(out)
    signed = np.where(rise > 0, np.inf, np.where(fall > 0, -np.inf, out))
    return np.where(spoilt, np.nan, signed)
