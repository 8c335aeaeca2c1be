"""The way over the tiles of a block of rows: fill each with logits, then look at it.

A tile's products and its kernel run on one thread, tiles are spread over threads, and
what is known of a tile has its own place in a table: no bit depends on the number of
threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..kernels import threads
from . import _blas
from ._linear_layer import Layer, Primals, Rows
from ._linear_room import Memory, Room
from ._linear_rows import LabelLogits, LinearRows
from ._linear_targets import LinearTargets
from ._linear_tiles import INF, Sums, Tile, statistics
from .blocks import LinearBlocks

Array = Any
NO_DOTS = Primals(None, None, None)


@dataclass(frozen=True)
class Pass:
    """A layer, its targets, and how both are cut; dots are the tangents, if any."""

    layer: Layer
    targets: LinearTargets
    blocks: LinearBlocks
    memory: Memory
    z_loss: float = 0.0
    dots: Primals = NO_DOTS
    free: list[Room] = field(default_factory=list)  # rooms of tiles, used in turn

    def anew(self) -> Pass:
        """The same way once more, as a pullback goes it: memory from the front."""
        return replace(self, memory=self.memory.anew(), free=[])

    @property
    def tangents(self) -> bool:
        return self.dots is not NO_DOTS

    def row_blocks(self) -> Iterator[slice]:
        count, step = self.layer.shape[0], self.blocks.rows
        for start in range(0, count, step):
            yield slice(start, min(start + step, count))

    def tiles(self, classes: slice) -> list[slice]:
        step = self.blocks.tile_classes
        return [
            slice(start, min(start + step, classes.stop))
            for start in range(classes.start, classes.stop, step)
        ]

    def chunks(self, rows: int) -> list[slice]:
        step = self.blocks.tile_rows
        return [slice(k, min(k + step, rows)) for k in range(0, rows, step)]

    def room(self, rows: int, classes: int) -> Room:
        return Room(self.memory, rows, classes, self.layer.work, self.tangents)

    def spread(self, work: Callable[[int], None], count: int) -> None:
        """work(k) for every k, with NumPy's warnings off in each thread."""

        def quietly(start: int, stop: int) -> None:
            with np.errstate(all="ignore"):
                for k in range(start, stop):
                    work(k)

        _blas.spread(quietly, count, 1)

    def spread_tiles(self, work: Callable[[int, Room], None], count: int) -> None:
        """The same with a room for one tile, as many at once as the memory allows."""
        sizes = self.blocks.tile_rows, self.blocks.tile_classes
        free = self.free

        def with_room(k: int) -> None:
            try:
                room = free.pop()
            except IndexError:
                room = self.room(*sizes)
            work(k, room)
            free.append(room)

        each = sizes[0] * sizes[1] * self.layer.work.itemsize * (1 + self.tangents)
        most = max(1, self.memory.size // max(1, each))
        with threads.threads(min(threads.current(), most)):
            self.spread(with_room, count)

    def merged(self, rows: slice, room: Room | None = None) -> LinearRows:
        """The rows' statistics over all classes; the logits stay in a room, if any."""
        block = RowBlock(self, rows)
        tiles = self.tiles(slice(0, self.layer.shape[2]))
        sums = Sums.zeros(len(tiles), block.count)

        def look(k: int, chunk: slice, tile: Tile) -> None:
            block.fill(tile, chunk, tiles[k])
            weights = block.weights(chunk, tiles[k])
            statistics(tile, weights, sums.at(k, chunk))
            block.pick(tile, chunk, tiles[k])

        self._look(block, tiles, look, room)
        return LinearRows(sums, block.labels, self.targets, rows, self.z_loss)

    def best(self, rows: slice) -> np.ndarray:
        """The class of the largest logit of each row, the first of equals."""
        block = RowBlock(self, rows)
        tiles = self.tiles(slice(0, self.layer.shape[2]))
        tops = np.full((len(tiles), block.count), -INF)
        places = np.zeros((len(tiles), block.count), np.int64)

        def look(k: int, chunk: slice, tile: Tile) -> None:
            block.fill(tile, chunk, tiles[k])
            place = tile.z.argmax(-1)
            tops[k, chunk] = tile.z[np.arange(len(place)), place]
            places[k, chunk] = place + tiles[k].start

        self._look(block, tiles, look, None)
        return places[tops.argmax(0), np.arange(block.count)]

    def _look(
        self,
        block: RowBlock,
        tiles: list[slice],
        look: Callable[[int, slice, Tile], None],
        room: Room | None,
    ) -> None:
        def held(k: int) -> None:
            assert room is not None
            for chunk in self.chunks(block.count):
                look(k, chunk, room.tile(chunk, tiles[k], block.count))

        def passing(k: int, own: Room) -> None:
            width = tiles[k].stop - tiles[k].start
            for chunk in self.chunks(block.count):
                count = chunk.stop - chunk.start
                tile = own.tile(slice(0, count), slice(0, width), count)
                look(k, chunk, tile)

        if room is None:
            self.spread_tiles(passing, len(tiles))
        else:
            self.spread(held, len(tiles))


class RowBlock:
    """Some rows of h, and of its tangent, with their labels."""

    def __init__(self, of: Pass, rows: slice) -> None:
        layer, self.of, self.rows = of.layer, of, rows
        self.count = rows.stop - rows.start
        h = layer.rows(layer.primals.h, rows)
        assert h is not None
        self.h, self.h_dot = h, layer.rows(of.dots.h, rows)
        self.both = None if self.h_dot is None else np.concatenate((h, self.h_dot))
        self.ids = None if of.targets.labels is None else of.targets.labels[rows]
        self.labels = LabelLogits.zeros(self.count)

    def fill(self, tile: Tile, chunk: slice, classes: slice) -> None:
        """Logits and tangents of some of the rows into a tile."""
        h_dot = None if self.h_dot is None else self.h_dot[chunk]
        both = self.both if chunk == slice(0, self.count) else None
        rows = Rows(self.h[chunk], h_dot, both)
        self.of.layer.put(rows, self.of.dots, classes, tile)

    def weights(self, chunk: slice, classes: slice) -> np.ndarray | None:
        """The target weights of a tile."""
        start = self.rows.start
        rows = slice(start + chunk.start, start + chunk.stop)
        return self.of.targets.tile(rows, classes, self.of.layer.work)

    def inside(self, chunk: slice, classes: slice) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a chunk whose label is in a tile, and where in it."""
        if self.ids is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        ids = self.ids[chunk]
        rows = np.flatnonzero((ids >= classes.start) & (ids < classes.stop))
        return rows, ids[rows] - classes.start

    def pick(self, tile: Tile, chunk: slice, classes: slice) -> None:
        """The labels' logits and tangents."""
        rows, places = self.inside(chunk, classes)
        self.labels.z[chunk.start + rows] = tile.z[rows, places]
        if tile.seeded:
            self.labels.g[chunk.start + rows] = tile.g[rows, places]
