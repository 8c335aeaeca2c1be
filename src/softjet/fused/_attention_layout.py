"""Arrays of attention, copied once into what its kernels read.

Lines and panels are kernels/_attention_layout.py's.  What is not finite is left out of
them, for 0 times NaN would be NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..kernels import threads
from ._rooms import borrow

Array = np.ndarray


class Laid(NamedTuple):
    """An array as kernels read it, and which of its rows are finite: None for all."""

    flat: Array
    finite: Array | None


class Layout:
    """Lines and panels in one dtype."""

    def __init__(self, work: np.dtype) -> None:
        from ..kernels import attention
        from ..kernels._tile import columns

        self.kernels, self.work = attention, work
        self.panel = columns(work.itemsize)
        self.none = np.empty(0, work)

    def lines(self, x: Array, scale: float | None = None) -> Laid:
        """Rows of a (B, H, T, width) array, filled up to whole panels and tiles."""
        b, h, length, width = x.shape
        tall, line = -(-length // 8) * 8, -(-width // self.panel) * self.panel
        full = (tall, line) == (length, width)
        if full and scale is None and self._lies(x) and self.whole(x):
            return Laid(x.reshape(-1), None)
        y, sizes = borrow(b * h * tall * line, self.work), (length, width, tall, line)
        factor = 1.0 if scale is None else scale

        def put(flat: Array, bad: Array, start: int, stop: int) -> None:
            self.kernels.put_lines(flat, y, bad, *sizes, factor, start, stop)

        return Laid(y, self._put(x, put))

    def panels(self, x: Array) -> Laid:
        """The same array in panels, transposed."""
        b, h, length, width = x.shape
        tall = -(-length // self.panel) * self.panel
        y, sizes = borrow(b * h * tall * width, self.work), (length, width, self.panel)

        def put(flat: Array, bad: Array, start: int, stop: int) -> None:
            self.kernels.put_panels(flat, y, bad, *sizes, start, stop)

        return Laid(y, self._put(x, put))

    def whole(self, x: Array) -> bool:
        """Whether all of an array is finite."""
        if not self._lies(x):
            return bool(np.isfinite(x).all())
        heads, flat = x.shape[0] * x.shape[1], x.reshape(-1)
        bad, size = np.zeros(heads, np.int64), x.shape[2] * x.shape[3]

        def work(start: int, stop: int) -> None:
            self.kernels.count(flat, bad, size, start, stop)

        threads.spread(work, heads, 1)
        return not bad.any()

    def _lies(self, x: Array) -> bool:
        return x.dtype == self.work and x.flags.c_contiguous

    def _put(self, x: Array, put: Callable[..., None]) -> Array | None:
        """Lay an array out, a second time where something in it is not finite."""
        flat = np.ascontiguousarray(x, self.work).reshape(-1)
        heads = x.shape[0] * x.shape[1]
        bad = np.zeros(heads, np.int64)
        threads.spread(lambda i, j: put(flat, bad, i, j), heads, 1)
        if not bad.any():
            return None
        finite = np.isfinite(x).all(axis=-1)
        flat = np.where(finite[..., None], x, 0).astype(self.work).reshape(-1)
        threads.spread(lambda i, j: put(flat, bad, i, j), heads, 1)
        return finite


def summed(x: Array, axis: int, work: np.dtype) -> Array:
    """A sum in float64, rounded once."""
    if x.shape[axis] == 2:  # two numbers are rounded once in their own dtype too
        first, second = np.moveaxis(x, axis, 0)
        return first + second
    return x.sum(axis=axis, dtype=np.float64).astype(work, copy=False)
