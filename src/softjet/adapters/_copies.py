"""Rows copied into what a kernel reads, and back, where they do not lie so already."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..kernels import threads
from ._words import load

NOTHING = np.empty(0)
PIECE = 1 << 16  # entries: a piece of float32 and what it becomes fit a cache of 1 MiB
LINE = 64  # bytes
# What a tile moves, by bytes: bits, whatever they mean.
WORDS: dict[int, Any] = {2: np.uint16, 4: np.float32, 8: np.float64}


def plain(array: np.ndarray, work: np.dtype) -> bool:
    """Whether a kernel can read the rows where they are."""
    flags = array.flags
    return bool(
        array.dtype == work
        and flags.c_contiguous
        and flags.aligned
        and array.dtype.isnative
    )


def across(array: np.ndarray) -> bool:
    """Whether rows lie across: their neighbours' entries beside each of theirs."""
    if array.ndim != 2:
        return False
    size, (step, pitch) = array.itemsize, array.strides
    return bool(
        step == size < pitch
        and pitch % size == 0
        and size in WORDS
        and min(array.shape) > 1
        and array.dtype.isnative
        and array.flags.aligned
    )


def adjacent(count: int, length: int) -> int:
    """Rows of a piece where some lie across: a few whole lines of memory.

    Two lines of floats at least.  Twice the entries of other pieces, which amortises
    what Python does for one (0.8 of the time at (1000, 4096) on two threads); and few
    enough rows for every thread to have its share.
    """
    side = LINE // 2
    share = -(-count // (2 * threads.current()))
    return max(1, min(2 * PIECE // length, share) // side) * side


def shift_of(arrays: list[np.ndarray]) -> int:
    """Rows by which pieces begin earlier, for their lines of memory to be whole.

    Of the first that lies across: it begins so many after the start of a line.
    """
    begun = (a.ctypes.data % LINE // a.itemsize for a in arrays if across(a))
    return next(begun, 0)


def shifted(start: int, stop: int, count: int, shift: int) -> tuple[int, int]:
    """A piece of `count` rows that begins and ends earlier."""
    return max(0, start - shift), stop if stop == count else stop - shift


def taken(array: np.ndarray, start: int, stop: int, work: np.dtype) -> np.ndarray:
    """Rows start to stop, flat, in the working dtype."""
    part = array[start:stop]
    if across(part):
        gather(part, rows := np.empty(part.shape, part.dtype))
        part = rows
    if plain(part, work):
        return part.reshape(-1)
    if (halves := converter(part.dtype)) and plain(part, part.dtype):
        wide = np.empty(part.size, work)
        halves.widen(part.reshape(-1).view(np.uint16), wide)
        return wide
    return np.array(part, dtype=work, order="C").reshape(-1)


def room(out: np.ndarray, start: int, stop: int, work: np.dtype) -> np.ndarray:
    """Where an answer's rows go, flat: the answer itself, or room to copy from."""
    part = out[start:stop]
    return part.reshape(-1) if plain(part, work) else np.empty(part.size, work)


def put(
    flat: np.ndarray,
    out: np.ndarray,
    start: int,
    stop: int,
    work: np.dtype,
    streaming: bool = False,
) -> None:
    """Rounded once, to where it belongs, unless it is there already."""
    part = out[start:stop]
    if (halves := converter(part.dtype)) and plain(part, part.dtype):
        halves.narrow(flat, part.reshape(-1).view(np.uint16))
    elif across(part):
        scatter(_rounded(flat, part.dtype), part, streaming)
    elif not plain(part, work):
        part[...] = flat.reshape(part.shape)


def _rounded(flat: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if not (halves := converter(dtype)):
        return flat.astype(dtype, copy=False)
    narrow = np.empty(flat.size, dtype)
    halves.narrow(flat, narrow.view(np.uint16))
    return narrow


@cache
def converter(dtype: np.dtype) -> Any:
    """The kernels that widen and narrow a dtype of half precision, if there are any."""
    if dtype.itemsize != 2 or not dtype.isnative or not (kernels := load()):
        return None
    if dtype.name == "bfloat16":
        return kernels.bfloat
    return kernels.half if dtype.name == "float16" and kernels.half.converts() else None


@cache
def tiles() -> Any:
    """The kernels that transpose, or None where they cannot be had."""
    if load() is None:
        return None
    from ..kernels import transpose

    return transpose


def gather(part: np.ndarray, rows: np.ndarray) -> None:
    """Rows that lie across into rows in C order."""
    word, (size, pitch) = WORDS[part.itemsize], part.strides
    # The first entries of the rows stand for all: flat memory, whatever the layout.
    heads, flat = part[:, 0].view(word), rows.reshape(-1).view(word)
    tiles().gather(heads, pitch // size, flat, part.shape[1])


def scatter(rows: np.ndarray, part: np.ndarray, streaming: bool) -> None:
    """Rows in C order to where they lie across; past the caches if streaming."""
    word, (size, pitch) = WORDS[part.itemsize], part.strides
    heads, flat = part[:, 0].view(word), rows.reshape(-1).view(word)
    tiles().scatter(flat, heads, pitch // size, part.shape[1], streaming)
