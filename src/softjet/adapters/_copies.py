"""Rows copied into what a kernel reads, and back, where they do not lie so already."""

from __future__ import annotations

import numpy as np

from ._words import load

NOTHING, HALF = np.empty(0), np.dtype(np.float16)
PIECE = 1 << 16  # entries: a piece of float32 and what it becomes fit a cache of 1 MiB


def plain(array: np.ndarray, work: np.dtype) -> bool:
    """Whether a kernel can read the rows where they are."""
    flags = array.flags
    return bool(
        array.dtype == work
        and flags.c_contiguous
        and flags.aligned
        and array.dtype.isnative
    )


def taken(array: np.ndarray, start: int, stop: int, work: np.dtype) -> np.ndarray:
    """Rows start to stop, flat, in the working dtype."""
    part = array[start:stop]
    if plain(part, work):
        return part.reshape(-1)
    if plain(part, HALF) and (half := load().half).converts():
        wide = np.empty(part.size, work)
        half.widen(part.reshape(-1).view(np.uint16), wide)
        return wide
    return np.array(part, dtype=work, order="C").reshape(-1)


def room(out: np.ndarray, start: int, stop: int, work: np.dtype) -> np.ndarray:
    """Where an answer's rows go, flat: the answer itself, or room to copy from."""
    part = out[start:stop]
    return part.reshape(-1) if plain(part, work) else np.empty(part.size, work)


def put(
    flat: np.ndarray, out: np.ndarray, start: int, stop: int, work: np.dtype
) -> None:
    """Rounded once, to where it belongs, unless it is there already."""
    part = out[start:stop]
    if plain(part, HALF) and (half := load().half).converts():
        half.narrow(flat, part.reshape(-1).view(np.uint16))
    elif not plain(part, work):
        part[...] = flat.reshape(part.shape)
