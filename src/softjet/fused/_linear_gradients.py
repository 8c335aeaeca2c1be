"""Gradients, and their derivatives: logits turned in place and multiplied away.

    h_bar = G W,   W_bar = G^T h,   b_bar = sum of G's rows
    along tangents:   h_bar = G' W + G W',   W_bar = G'^T h + G^T h'

h_bar is summed over classes group by group and then in order, W_bar over rows block by
block, so that no bit depends on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..adapters._arrays import deliver
from . import _products
from ._linear_layer import Primals
from ._linear_passes import Pass, RowBlock
from ._linear_room import Room
from ._linear_rows import LinearRows
from ._linear_tiles import Factors, Tile, gradient

Array = Any
Pairs = list[tuple[Any, Any]]


class Outputs:
    """h_bar, W_bar and b_bar, and the wider sums that half precision needs."""

    def __init__(
        self, of: Pass, rows: int, dtype: np.dtype, bias: bool, into: Primals
    ) -> None:
        self.layer, self.into, self.dtype = of.layer, into, dtype
        _, width, classes = of.layer.shape
        self.narrow = dtype != of.layer.work
        place: Array = None if self.narrow else into.h
        self.h = np.empty((rows, width), of.layer.work) if place is None else place
        self.h[...] = 0
        self.W: Array = np.empty((classes, width), dtype) if into.W is None else into.W
        self.b = np.zeros(classes) if bias else None
        self.sums, self.first = self.W, 0

    def begin(self, classes: slice) -> None:
        """Before a block of classes: W's sums are kept in the dtype of the work."""
        self.first = classes.start if self.narrow else 0
        if self.narrow:
            shape = classes.stop - classes.start, self.W.shape[1]
            self.sums = np.zeros(shape, self.layer.work)

    def place(self, classes: slice) -> Array:
        return self.sums[classes.start - self.first : classes.stop - self.first]

    def end(self, classes: slice, empty: bool) -> None:
        """After it: rounded once, and exactly 0 for a dead class."""
        if empty:
            self.W[classes] = 0
        elif self.narrow:
            with np.errstate(all="ignore"):  # beyond float16 it is infinite, in silence
                self.W[classes] = self.sums
        dead = self.layer.dead
        if dead is not None:
            self.W[classes][dead[classes]] = 0
            if self.b is not None:
                self.b[classes][dead[classes]] = 0

    def add_rows(self, rows: slice, part: Array) -> None:
        kept = self.layer.kept
        self.h[rows if kept is None else kept[rows]] += part

    def delivered(self, batch: tuple[int, ...]) -> tuple[Array, ...]:
        """The gradients as they are given back: in `into` where that was given."""
        pairs = [(self.h, self.into.h), (self.b, self.into.b)]
        (h, b) = (_put(found, self.dtype, place) for found, place in pairs)
        h = h.reshape(*batch, h.shape[1])
        return (h, self.W) if b is None else (h, self.W, b)


def _put(found: Array, dtype: np.dtype, place: Array) -> Array:
    return None if found is None else deliver(found, dtype, place)


Report = Callable[[slice, LinearRows], None]


def gradients(of: Pass, share: Array, out: Outputs, report: Report) -> None:
    """Add the gradient of sum share loss, or its derivative along the tangents.

    With all classes in one block each tile of logits is computed once, otherwise once
    for its statistics and once to be turned.
    """
    count, _, classes = of.layer.shape
    step = max(1, of.blocks.classes)
    whole, known = step >= classes, list[LinearRows]()
    if not whole or not classes:
        looking = of.anew()
        for rows in of.row_blocks():
            known.append(looking.merged(rows))
            report(rows, known[-1])
        del looking  # and its rooms: their memory is wanted below
    room = of.room(min(of.blocks.rows, count), min(step, classes))
    sums = _partial(of)
    for first in range(0, classes, step):
        block = slice(first, min(first + step, classes))
        out.begin(block)
        for index, rows in enumerate(of.row_blocks()):
            now = of.merged(rows, room) if whole else known[index]
            if whole:
                report(rows, now)
            turned = Turned(of, rows, block, now, share[rows], room)
            turned.run(out, sums, index > 0, again=not whole)
        out.end(block, empty=count == 0)


def _partial(of: Pass) -> Array:
    rows = min(of.blocks.rows, of.layer.shape[0])
    shape = of.blocks.groups, rows, of.layer.shape[1]
    return of.memory.empty(shape, of.layer.work)


class Turned:
    """A block of logits turned into its gradient, tile by tile, and multiplied."""

    def __init__(
        self,
        of: Pass,
        rows: slice,
        classes: slice,
        merged: LinearRows,
        share: Array,
        room: Room,
    ) -> None:
        self.of, self.block, self.room = of, RowBlock(of, rows), room
        self.tiles, self.first = of.tiles(classes), classes.start
        self.factors: Factors = merged.factors(share)
        self.merged, self.share = merged, share
        self.labels = merged.label_gradient(share)
        # G^T h_dot + G'^T h is one product of G above G' and h_dot above h.
        h_dot = self.block.h_dot
        self.turned = None
        if h_dot is not None:
            self.turned = np.concatenate((h_dot, self.block.h))

    def run(self, out: Outputs, sums: Array, add: bool, *, again: bool) -> None:
        """Into the outputs, W_bar added to if `add`; the logits computed if `again`."""
        groups = min(len(sums), len(self.tiles))
        sums = sums[:groups, : self.block.count]

        def work(group: int) -> None:
            bounds = [len(self.tiles) * (group + k) // groups for k in (0, 1)]
            for number in range(*bounds):
                classes = self.tiles[number]
                self._turn(classes, again)
                self._multiply(classes, sums[group], number > bounds[0], out, add)

        self.of.spread(work, groups)
        out.add_rows(self.block.rows, sums.sum(axis=0))

    def _tile(self, chunk: slice, classes: slice) -> Tile:
        places = slice(classes.start - self.first, classes.stop - self.first)
        return self.room.tile(chunk, places, self.block.count)

    def _turn(self, classes: slice, again: bool) -> None:
        for chunk in self.of.chunks(self.block.count):
            tile = self._tile(chunk, classes)
            if again:
                self.block.fill(tile, chunk, classes)
            weights = self.block.weights(chunk, classes)
            gradient(tile, weights, self.factors.at(chunk), self.of.layer.tight)
            rows, places = self.block.inside(chunk, classes)
            if len(rows):
                self._put_labels(tile, rows, places, chunk.start + rows)

    def _put_labels(self, tile: Tile, rows: Array, places: Array, whose: Array) -> None:
        """The label's own share of the gradient, which tiles do not know."""
        z, g = self.merged.labels.z[whose], self.merged.labels.g[whose]
        tight = self.of.layer.tight
        slope = (1.0 - z * tight) * (1.0 + z * tight) if tight else 1.0
        alive = np.isfinite(z) | np.isnan(z) | (tight == 0.0)
        tile.z[rows, places] = np.where(alive, self.labels[whose] * slope, 0.0)
        if tile.seeded and tight:
            own = self.share[whose] * self.merged.own[whose]
            bend = own * (2.0 * tight * tight) * z * g
            tile.g[rows, places] += np.where(alive, bend, 0.0)

    def _multiply(
        self, classes: slice, sums: Array, more: bool, out: Outputs, add: bool
    ) -> None:
        tile = self._tile(slice(0, self.block.count), classes)
        by_classes, by_rows = self._pairs(tile, classes)
        for k, (G, W) in enumerate(by_classes):
            _products.multiply(G, W, sums, add=more or k > 0)
        for k, (G, h) in enumerate(by_rows):
            _products.multiply(G.T, h, out.place(classes), add=add or k > 0)
        if out.b is not None:
            ones = np.ones((1, self.block.count), self.of.layer.work)
            column = np.empty((1, tile.z.shape[1]), self.of.layer.work)
            _products.multiply(ones, tile.g if tile.seeded else tile.z, column)
            out.b[classes] += column[0]

    def _pairs(self, tile: Tile, classes: slice) -> tuple[Pairs, Pairs]:
        layer, dots = self.of.layer, self.of.dots
        W, h = layer.classes(layer.primals.W, classes), self.block.h
        if not tile.seeded:
            return [(tile.z, W)], [(tile.z, h)]
        by_classes: Pairs = [(tile.g, W)]
        by_rows: Pairs = [(tile.g, h)]
        if dots.W is not None:
            by_classes.append((tile.z, layer.classes(dots.W, classes)))
        if self.turned is not None:
            by_rows = [(tile.both, self.turned)]
        return by_classes, by_rows
