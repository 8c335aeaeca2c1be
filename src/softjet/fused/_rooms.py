"""Memory that the fused functions work in, lent from call to call.

A system hands out large memory empty and makes its pages at their first touch: at
(8, 1024, 64) that took a third of a call of attention.  So what a call worked in is
kept for the next one, `LIMIT` bytes at most.

A room is free when nothing but this list refers to it.  NumPy's views refer to the
array that owns their memory, and so does what torch or ctypes makes of them: a room can
not be lent while anything can still read it, whatever became of the loan.
"""

from __future__ import annotations

import math
import os
import sys
import threading

import numpy as np

Array = np.ndarray
LINE = 64  # bytes: a room begins at a whole line of the caches
PAGE = 1 << 12
LEAST = 1 << 16  # bytes; below, the allocator has them at hand
LIMIT = 72 << 20  # the default `memory` of linear_cross_entropy, and lines around it


class Rooms:
    """Rooms that were lent or are free, the latest last."""

    def __init__(self) -> None:
        self.known: list[Array] = []
        self.lock = threading.Lock()

    def borrow(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        """Room of this shape, whatever it holds: it is free when it is forgotten."""
        size = math.prod(shape) * dtype.itemsize
        if size < LEAST:
            return _aligned(np.empty(size + LINE, np.uint8), shape, dtype)
        with self.lock:
            place = self._free(size + LINE)
            if place is None:
                self.known.append(np.empty(-(-(size + LINE) // PAGE) * PAGE, np.uint8))
            else:
                self.known.append(self.known.pop(place))
            lent = _aligned(self.known[-1], shape, dtype)
            self._forget()
        return lent

    def _free(self, size: int) -> int | None:
        """The latest free room that fits and wastes an eighth at most."""
        for place in reversed(range(len(self.known))):
            fits = size <= self.known[place].size <= size + size // 8 + PAGE
            if fits and sys.getrefcount(self.known[place]) == FREE:
                return place
        return None

    def _forget(self) -> None:
        """The oldest go first; who works in one of them keeps it until then."""
        held = sum(room.size for room in self.known)
        while held > LIMIT:
            held -= self.known.pop(0).size


def _aligned(room: Array, shape: tuple[int, ...], dtype: np.dtype) -> Array:
    start = -room.__array_interface__["data"][0] % LINE
    return room[start:][: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)


def _references() -> int:
    """What sys.getrefcount says of an array that only a list refers to."""
    alone = [np.empty(1)]
    return sys.getrefcount(alone[0])


FREE = _references()
_rooms = Rooms()


def borrow(shape: int | tuple[int, ...], dtype: np.dtype) -> Array:
    """Room from this process's rooms."""
    return _rooms.borrow((shape,) if isinstance(shape, int) else shape, dtype)


def _restart() -> None:
    # In a forked child the lock may be held by a thread that is not there.
    global _rooms
    _rooms = Rooms()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)
