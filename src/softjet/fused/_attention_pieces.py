"""Attention by its kernels: blocks of queries by keys, over threads.

Arrays are copied once into lines and panels (kernels/_attention_layout.py), with what
is not finite left out; queries that would have seen it are marked, as are those whose
scores a kernel finds out of reach, and the rules answer marked queries.  The pieces and
the order of every sum depend on shapes alone.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..kernels import threads
from . import blocks
from ._attention_call import Call
from ._attention_layout import Laid, Layout, summed
from ._attention_marks import TANGENT, mark
from ._rooms import borrow

Array = np.ndarray
DOUBLE = np.dtype(np.float64)
LOG_2 = 0.693147180369123816490, 1.90821492927058770002e-10  # in two words
# Units of the backward pass, at least: more would take more memory, fewer would leave
# cores without work where there are few heads.
UNITS = 16


class Kept(NamedTuple):
    """What the forward pass leaves for the backward one, a line a query."""

    o: Array  # (B, H, T_q, E_v), in the dtype of the work
    o_dot: Array | None
    stats: Array  # m, N, 1 / l, c, M / l
    marks: Array  # (B, H, T_q)


class Pieces(Layout):
    """The kernels' way with one call."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.work)
        self.call = call
        q, k, v = call.arrays
        self.width, self.values = q.shape[3], v.shape[3]
        self.q, self.k = self.lines(q, call.scale), self.panels(k)
        self.sinks = np.ascontiguousarray(call.sinks).reshape(-1)
        self.masks = self._masks()
        self.bases = self._strides()[0]

    # -- modes -------------------------------------------------------------------------

    def forward(self, tangents: tuple[Array | None, ...] | None = None) -> Kept:
        """The value, and the pushforward of tangents."""
        call = self.call
        shape = (*call.arrays[0].shape[:3], self.values)
        count = call.arrays[0].shape[0] * call.heads * call.queries
        o = np.empty(shape, self.work)
        o_dot = None if tangents is None else np.empty(shape, self.work)
        stats, marks = np.empty((count, 5)), np.zeros(count, np.uint8)
        v, seeds = self.lines(call.arrays[2]), self._moved(tangents)
        moved = tuple(seed.flat for seed in seeds)
        flat = self.none if o_dot is None else o_dot.reshape(-1)
        plan = self.plan(*blocks.attention(*self._sizes()))
        pieces = call.arrays[0].shape[0] * call.heads * -(-call.queries // plan.rows)
        primals, heads = (self.q.flat, self.k.flat, v.flat), (self.sinks, self.bases)
        outputs = o.reshape(-1), flat, stats, marks

        sizes = self.kernels.room_of_forward(plan, self.work.itemsize)

        def work(start: int, stop: int) -> None:
            rooms = borrow(sizes[0], self.work), borrow(sizes[1], DOUBLE)
            last = outputs, rooms, plan, start, stop
            self.kernels.forward(primals, moved, heads, *self.masks, *last)

        # A call takes 16 us more than its pieces; few long ones leave threads waiting.
        threads.spread(work, pieces, max(1, pieces // (16 * threads.current())))
        marks = marks.reshape(shape[:3])
        finite = self.q.finite, self.k.finite, v.finite
        mark(call, marks, finite, tuple(seed.finite for seed in seeds))
        return Kept(o, o_dot, stats, marks)

    def backward(
        self,
        kept: Kept,
        o_bar: Array,
        tangents: tuple[Array | None, ...] | None = None,
    ) -> tuple[tuple[Array, ...], Array]:
        """q_bar, k_bar, v_bar, or their derivatives; and the marks they leave out."""
        call, second = self.call, tangents is not None
        heads = call.arrays[0].shape[0] * call.heads
        bar, marks = self.lines(o_bar), kept.marks.copy()
        if bar.finite is not None:
            marks[~bar.finite] |= TANGENT
        plan = self.plan(*blocks.attention_backward(*self._sizes()))
        parts = min(-(-call.keys // plan.columns), -(-UNITS // heads))
        _, k, v = call.arrays
        primals = self.q.flat, self.k.flat, self.lines(k).flat, self.panels(v).flat
        moved = tuple(seed.flat for seed in self._moved(tangents, True))
        o_dot = self.none if kept.o_dot is None else kept.o_dot.reshape(-1)
        seeds = bar.flat, kept.o.reshape(-1), o_dot
        q_parts = self._parts(parts, call.arrays[0].shape)
        lead = (*call.arrays[0].shape[:2], call.keys)
        k_bar = np.empty((*lead, self.width), self.work)
        v_bar = np.empty((*lead, self.values), self.work)
        rows = heads * call.queries
        rests, tops = np.empty((parts, rows, 3)), np.full(rows, -1)
        bars = q_parts, k_bar.reshape(-1), v_bar.reshape(-1)
        given = primals, moved, seeds
        heads_of = self.sinks, self.bases, marks.reshape(-1)
        found = heads_of, *self.masks, kept.stats, bars
        last = plan, parts, call.scale, second
        flat = rests.reshape(-1, 3)

        sizes = self.kernels.room_of_backward(plan, self.work.itemsize)

        def work(start: int, stop: int) -> None:
            near = (borrow(size, self.work) for size in sizes[:2])
            rooms = (*near, *(borrow(size, DOUBLE) for size in sizes[2:]))
            self.kernels.backward(given, *found, flat, tops, rooms, *last, start, stop)

        threads.spread(work, heads * parts, 1)
        whole = q_parts.reshape(parts, *call.arrays[0].shape)
        with np.errstate(all="ignore"):
            q_bar = whole[0] if parts == 1 else summed(whole, 0, self.work)
        if (tops >= 0).any():
            bars = q_bar.reshape(-1), *bars[1:]
            self._settle(given, bars, rests.sum(axis=0), tops, plan, second)
        return (q_bar, self._ungrouped(k_bar), self._ungrouped(v_bar)), marks

    def _parts(self, parts: int, shape: tuple[int, ...]) -> Array:
        """Where q_bar goes: new memory, or room for the parts that are added up."""
        count = parts * math.prod(shape)
        return np.empty(count, self.work) if parts == 1 else borrow(count, self.work)

    def _settle(
        self,
        given: Any,
        bars: Any,
        rest: Array,
        tops: Array,
        plan: Any,
        second: bool,
    ) -> None:
        last = plan, self.call.scale, second

        def work(start: int, stop: int) -> None:
            self.kernels.settle(given, bars, rest, tops, *last, start, stop)

        threads.spread(work, len(tops) // self.call.queries, 1)

    def logsumexp(self, kept: Kept) -> Array:
        """N log 2 + log l of every query, in float64."""
        n, inverse = kept.stats[:, 1], kept.stats[:, 2]
        some = inverse > 0
        n, log = np.where(some, n, 0.0), -np.log(np.where(some, inverse, 1.0))
        f = np.where(some, n * LOG_2[0] + (n * LOG_2[1] + log), -np.inf)
        return f.reshape(kept.marks.shape)

    def _moved(
        self, tangents: tuple[Array | None, ...] | None, second: bool = False
    ) -> tuple[Laid, ...]:
        """Tangents as the kernels read them; those of a backward pass are four."""
        q, k, v = tangents or (None, None, None)
        none = Laid(self.none, None)
        q_lines = none if q is None else self.lines(q, self.call.scale)
        k_panels = none if k is None else self.panels(k)
        if not second:
            return q_lines, k_panels, none if v is None else self.lines(v)
        k_lines = none if k is None else self.lines(k)
        return q_lines, k_panels, k_lines, none if v is None else self.panels(v)

    def _ungrouped(self, bar: Array) -> Array:
        """The cotangents of query heads that share one of k and v, added up."""
        if self.call.group == 1:
            return bar
        parted = bar.reshape(len(bar), -1, self.call.group, *bar.shape[2:])
        return summed(parted, 2, self.work)

    # -- what the kernels are told -----------------------------------------------------

    def _sizes(self) -> tuple[int, int, int, int]:
        call = self.call
        return call.queries, self.width, self.values, call.work.itemsize

    def plan(self, rows: int, columns: int) -> Any:
        call, (line, step) = self.call, self._strides()[1:]
        sight = call.sight
        sizes = call.group, call.queries, call.keys, self.width, self.values
        return self.kernels.Plan(
            *sizes, sight.offset, sight.left, sight.right, line, step, rows, columns
        )

    def _masks(self) -> tuple[Array, Array]:
        """Flags as bytes, and the additive mask."""
        call = self.call
        flags, bias = np.empty(0, np.uint8), self.none
        if call.flags is not None:
            flags = np.ascontiguousarray(call.flags).view(np.uint8).reshape(-1)
        if call.bias is not None:
            bias = np.ascontiguousarray(call.bias).reshape(-1)
        return flags, bias

    def _strides(self) -> tuple[Array, int, int]:
        """Entries of the mask from head to head, query to query, key to key.

        0 where it is broadcast.
        """
        call = self.call
        mask = call.flags if call.flags is not None else call.bias
        whole = (*call.batch, call.heads)
        if mask is None:
            return np.zeros(max(1, int(np.prod(whole))), np.int64), 0, 0
        shape = (1,) * (len(whole) + 2 - mask.ndim) + mask.shape
        steps, step = [0] * len(shape), 1
        for d in reversed(range(len(shape))):
            steps[d], step = (step if shape[d] > 1 else 0), step * shape[d]
        places = np.zeros(whole, np.int64)
        for d, length in enumerate(whole):
            along = [1] * len(whole)
            along[d] = length
            places += (steps[d] * np.arange(length)).reshape(along)
        return places.reshape(-1), steps[-2], steps[-1]
