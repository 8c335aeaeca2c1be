"""Rows copied into what a kernel reads, and back, where they do not lie so already."""

from __future__ import annotations

import numpy as np

NOTHING = np.empty(0)
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
    if not plain(part, work):
        part[...] = flat.reshape(part.shape)
