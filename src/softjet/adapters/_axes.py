"""An axis becomes rows, and comes back."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..errors import Refusal
from ._moved import pour, rows_of, viewable


def normalise(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from the front, or a refusal."""
    try:
        if any(isinstance(a, (bool, np.bool_)) for a in _as_tuple(axis)):
            raise TypeError
        axes = tuple(operator.index(a) for a in _as_tuple(axis))
    except TypeError:
        raise Refusal(
            "axis-type",
            "axis is neither a whole number nor a tuple of them",
            got=_shown(axis),
            want="an int, or a tuple of ints",
            hint="axis=tuple(range(x.ndim)) for all axes" if axis is None else None,
        ) from None
    for a in axes:
        if not -ndim <= a < ndim:
            raise Refusal(
                "axis-range",
                "no such axis",
                got=f"axis {a} of an array with {ndim} axes",
                want=f"{-ndim} to {ndim - 1}" if ndim else "an array with an axis",
            )
    positive = tuple(a % ndim for a in axes)
    if len(set(positive)) != len(positive):
        raise Refusal(
            "axis-repeated",
            "an axis is named twice",
            got=f"axis={axis}",
            want="each axis once",
        )
    return positive


def _shown(axis: Any) -> str:
    text = f"axis={axis!r}"
    return text if len(text) <= 60 else f"axis of type {type(axis).__name__}"


def _as_tuple(axis: Any) -> tuple[Any, ...]:
    return axis if isinstance(axis, tuple) else (axis,)


class Rows:
    """The way of arrays of one shape to (rows, K) and back.

    The batch axes keep their order; the reduced axes are flattened in C order.
    """

    def __init__(self, shape: tuple[int, ...], axis: Any) -> None:
        self.shape = shape
        self.axes = tuple(sorted(normalise(axis, len(shape))))
        self.batch_axes = tuple(a for a in range(len(shape)) if a not in self.axes)
        self.batch = tuple(shape[a] for a in self.batch_axes)
        self.reduced = tuple(shape[a] for a in self.axes)
        self.count = math.prod(self.batch)
        self.length = math.prod(self.reduced)

    @property
    def kept(self) -> tuple[int, ...]:
        """The shape of numbers under keepdims."""
        return tuple(1 if a in self.axes else n for a, n in enumerate(self.shape))

    def flatten(self, array: np.ndarray) -> np.ndarray:
        """(rows, K): a view where the layout allows, else a copy."""
        return rows_of(self._moved(array), len(self.batch))

    def view(self, array: np.ndarray) -> np.ndarray | None:
        """(rows, K) where the layout allows it."""
        return self.flatten(array) if self._allows(array) else None

    def blank(self, dtype: np.dtype) -> np.ndarray:
        """Room for (rows, K) that `restore` gives back without a copy, where it can."""
        view = self.view(np.empty(self.shape, dtype))
        return np.empty((self.count, self.length), dtype) if view is None else view

    def restore(self, rows: np.ndarray) -> np.ndarray:
        """Back to the full shape, in C order."""
        moved = rows.reshape(self.batch + self.reduced)
        there = moved.transpose(np.argsort(self.batch_axes + self.axes))
        if there.flags.c_contiguous:
            return there
        full = np.empty(self.shape, rows.dtype)
        pour(rows, self._moved(full), len(self.batch))
        return full

    def _allows(self, array: np.ndarray) -> bool:
        return viewable(self._moved(array), len(self.batch))

    def _moved(self, array: np.ndarray) -> np.ndarray:
        """The batch axes first."""
        return array.transpose(self.batch_axes + self.axes)

    def restore_numbers(self, numbers: np.ndarray, keepdims: bool) -> np.ndarray:
        return numbers.reshape(self.kept if keepdims else self.batch)

    def place(self, row: int) -> str:
        """The row's indices among the batch axes, for a message."""
        index = [int(i) for i in np.unravel_index(row, self.batch)]
        if not index:
            return "the row"
        return f"row {index[0] if len(index) == 1 else tuple(index)}"
