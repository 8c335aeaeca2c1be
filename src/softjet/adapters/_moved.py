"""Axes moved to the end and back, by tiles over threads where rows lie across.

An axis in the middle makes rows that no one view holds: (8, 21, 65536) along axis 1 are
eight views of 65536 rows across.  NumPy copies them entry by entry, 1 to 4 ns each.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from ..kernels import threads
from ._copies import PIECE, across, gather, scatter, tiles

LEAST = 1 << 12  # entries for which a call of a kernel is cheaper than NumPy's copy
Move = Callable[[np.ndarray, np.ndarray], None]
_Axes = list[tuple[int, int]]  # lengths and strides


def rows_of(moved: np.ndarray, batch: int) -> np.ndarray:
    """(rows, K) of an array with `batch` axes first: a view, or its copy in C order."""
    count, length = _sizes(moved, batch)
    if viewable(moved, batch) or (slabs := _slabs(moved, batch)) is None:
        return moved.reshape(count, length)
    rows = np.empty((count, length), moved.dtype)
    _spread(gather, slabs, rows)
    return rows


def pour(rows: np.ndarray, moved: np.ndarray, batch: int) -> None:
    """Rows to where they belong in an array with `batch` axes first."""
    slabs = _slabs(moved, batch) if rows.flags.c_contiguous else None
    if slabs is None:
        moved[...] = rows.reshape(moved.shape)
    else:
        _spread(lambda part, flat: scatter(flat, part, False), slabs, rows)


def viewable(moved: np.ndarray, batch: int) -> bool:
    """Whether (rows, K) is a view: each group of axes with one step."""
    first, second = _groups(moved, batch)
    return moved.size == 0 or _begin(first) == _begin(second) == 0


def _sizes(moved: np.ndarray, batch: int) -> tuple[int, int]:
    return math.prod(moved.shape[:batch]), math.prod(moved.shape[batch:])


def _groups(moved: np.ndarray, batch: int) -> tuple[_Axes, _Axes]:
    """The batch axes and the others, without axes of one."""
    axes = list(zip(moved.shape, moved.strides, strict=True))
    first, second = axes[:batch], axes[batch:]
    return [a for a in first if a[0] != 1], [a for a in second if a[0] != 1]


def _begin(axes: _Axes) -> int:
    """Where the last axes begin that have one step together."""
    k = max(0, len(axes) - 1)
    while k and axes[k - 1][1] == axes[k][1] * axes[k][0]:
        k -= 1
    return k


def _slabs(moved: np.ndarray, batch: int) -> np.ndarray | None:
    """The array as (slabs..., rows, K) with the rows across, or None."""
    first, second = _groups(moved, batch)
    if tiles() is None or not first or _begin(second):
        return None
    begin, shape = _begin(first), [n for n, _ in first]
    shape[begin:] = [math.prod(shape[begin:]), _sizes(moved, batch)[1]]
    slabs = moved.reshape(shape)
    slab = slabs[(0,) * begin]
    # Were it no view, what is poured into it would be lost.
    serves = np.may_share_memory(slab, moved) and across(slab) and slab.size >= LEAST
    return slabs if serves else None


def _spread(move: Move, slabs: np.ndarray, rows: np.ndarray) -> None:
    """Every slab moved, in pieces over the threads."""
    count, length = slabs.shape[-2:]
    step = max(32, 2 * PIECE // length // 32 * 32)
    starts = range(0, count, step)
    places = itertools.product(*map(range, slabs.shape[:-2]), starts)
    whole = rows.reshape(slabs.shape)
    parts = [(place[:-1], place[-1]) for place in places]

    def work(start: int, stop: int) -> None:
        for at, row in parts[start:stop]:
            move(slabs[at][row : row + step], whole[at][row : row + step])

    threads.spread(work, len(parts), max(1, PIECE // (min(step, count) * length)))
