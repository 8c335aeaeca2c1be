"""A problem in pieces on their way through the kernels.

Pieces that are not plain rows of float32 or float64 (another axis, strides, half
precision, a mask) are copied in and out.  Derivatives are made from probabilities over
2^-80, which are kept for the modes of one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..kernels import threads
from . import _copies
from ._copies import across, adjacent, plain, put, room, shift_of, shifted, taken
from ._modes import KEEP, answer
from ._part import Part
from ._words import load

if TYPE_CHECKING:
    from ._problem import Problem

STREAM = 1 << 23  # bytes of an answer from which it is written past the caches


class Job:
    """A problem's arrays, and the way of a piece of them in and out."""

    def __init__(
        self,
        problem: Problem,
        modes: tuple[str, ...],
        x_dot: tuple[np.ndarray | None, ...],
        y_bar: np.ndarray | None,
        blank: list[np.ndarray],
        work: np.dtype,
    ) -> None:
        self.problem, self.modes, self.work = problem, modes, work
        self.blank = dict(zip(modes, blank, strict=True))
        self.x, self.y_bar = problem.primals[0], y_bar
        self.x_dot = x_dot[0] if x_dot else None
        self.length = problem.length
        size = problem.count * self.length
        # What is copied from scratch to its place had better stay in the caches.
        direct = all(plain(a, work) for a in self.blank.values() if a.ndim == 2)
        self.large = size * work.itemsize >= STREAM
        self.streaming = direct and self.large
        self.step = self._step(size)
        self.shift = shift_of([*self.blank.values(), *self._arrays()])

    def _step(self, size: int) -> int:
        """Rows of a piece: what fits a cache, or more where all lies as it is read."""
        least = max(1, _copies.PIECE // self.length)
        name = self.problem.rule.name
        kept = any((name, mode) in KEEP for mode in self.modes)
        arrays = self._arrays()
        if any(across(array) for array in arrays):
            return adjacent(self.problem.count, self.length)
        if kept or not all(plain(array, self.work) for array in arrays):
            return least
        return max(least, -(-self.problem.count // (4 * threads.current())))

    def _arrays(self) -> list[np.ndarray]:
        arrays = [self.x, self.x_dot, self.y_bar, *self.blank.values()]
        return [a for a in arrays if a is not None and a.ndim == 2]

    def taken(self, array: np.ndarray | None, start: int, stop: int) -> np.ndarray:
        """Rows start to stop, flat, in the working dtype."""
        if array is None:
            return np.zeros((stop - start) * self.length, self.work)
        return taken(array, start, stop, self.work)

    def room(self, mode: str, start: int, stop: int) -> np.ndarray:
        """Where the answer's rows go, flat."""
        return room(self.blank[mode], start, stop, self.work)

    def put(self, mode: str, flat: np.ndarray, start: int, stop: int) -> None:
        """The rows to where they belong."""
        put(flat, self.blank[mode], start, stop, self.work, self.large)


class Entries(Job):
    """A piece of a function of entries."""

    def _step(self, size: int) -> int:
        return _copies.PIECE

    def __call__(self, start: int, stop: int, marks: np.ndarray) -> None:
        kernels = getattr(load(), self.problem.rule.name)
        count = stop - start
        inputs = [self.taken(self.x, start, stop)]
        if self.problem.given is not None:
            t = self.problem.given(slice(start, stop), None)[0]
            inputs.append(self.taken(t, 0, count))
        for mode in self.modes:
            seeds = []
            if mode in ("pushforward", "curvature"):
                seeds.append(self.taken(self.x_dot, start, stop))
            if mode in ("pullback", "curvature"):
                seeds.append(self.taken(self.y_bar, start, stop))
            name = "pushforward" if mode == "pullback" else mode
            out = self.room(mode, start, stop)
            getattr(kernels, name)(*inputs, *seeds, out, 0, count)
            self.put(mode, out, start, stop)


class Piece(Job):
    """A piece of a function of rows: logits in, the modes asked for out."""

    def __call__(self, start: int, stop: int, marks: np.ndarray) -> None:
        start, stop = shifted(start, stop, self.problem.count, self.shift)
        rows = Part(self, start, stop, marks[start:stop])
        for mode in self.modes:
            answer(rows, mode)
        rows.ignore()
