"""Where blocks of logits and sums are kept while a call is at work.

Where a caller lends an array, every call works in it; else in rooms that the process
keeps from call to call (`_rooms.py`), since making the pages of new memory took a tenth
of the time of a gradient.
"""

from __future__ import annotations

import math
import threading

import numpy as np

from ._linear_tiles import Tile
from ._rooms import borrow
from .blocks import pitch

LINE = 64


class Memory:
    """So many bytes: of a lent array as far as it reaches, then rooms."""

    def __init__(self, size: int, lent: np.ndarray | None = None) -> None:
        self.size, self.lent, self.used = size, lent, 0
        self.lock = threading.Lock()
        if lent is not None:
            # The first byte on a line: vectors and BLAS like it so.
            self.used = -lent.__array_interface__["data"][0] % LINE

    def anew(self) -> Memory:
        """The same for another call, which begins from the front."""
        return Memory(self.size, self.lent)

    def empty(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        size = math.prod(shape) * dtype.itemsize
        with self.lock:
            start, stop = self.used, self.used + size
            if self.lent is None or stop > self.lent.size or not size:
                return borrow(shape, dtype)
            self.used = -(-stop // LINE) * LINE
        return self.lent[start:stop].view(dtype).reshape(shape)


class Room:
    """A block that tiles are parts of: logits, and below them their tangents if any."""

    def __init__(
        self, memory: Memory, rows: int, classes: int, dtype: np.dtype, seeded: bool
    ) -> None:
        copies = 2 if seeded else 1
        shape = copies * rows, pitch(classes, dtype.itemsize)
        self.block, self.seeded = memory.empty(shape, dtype), seeded

    def tile(self, rows: slice, classes: slice, count: int) -> Tile:
        """Some rows and classes, where `count` rows are in use."""
        return Tile(self.block, count, self.seeded, rows, classes)
