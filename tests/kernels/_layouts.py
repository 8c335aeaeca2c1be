"""The same numbers in other memory: orders, strides, byte orders, places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def relaid(a: Array, layout: Callable[[Array], Array]) -> Array:
    """An array without axes has one layout only."""
    return layout(a) if a.ndim else a


def read_only(a: Array) -> Array:
    b = a.copy()
    b.flags.writeable = False
    return b


def misaligned(a: Array) -> Array:
    """One byte beside where the processor would like it."""
    room = np.empty(a.nbytes + 1, np.uint8)
    b = room[1:].view(a.dtype).reshape(a.shape)
    b[...] = a
    assert a.size == 0 or not b.flags.aligned or a.dtype.alignment == 1
    return b


def swapped(a: Array) -> Array:
    """The other byte order; ml_dtypes' dtypes have but one."""
    if a.dtype.kind == "V" or a.dtype.name == "bfloat16":
        return a.copy()
    return a.astype(a.dtype.newbyteorder())


def every_third(a: Array) -> Array:
    room = np.zeros((3 * a.shape[0], *a.shape[1:]), a.dtype)
    room[::3] = a
    return room[::3]


def every_second(a: Array) -> Array:
    room = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
    room[..., ::2] = a
    return room[..., ::2]


def transposed(a: Array) -> Array:
    """The first axis is the fastest, the others keep their order."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran": np.asfortranarray,
    "[..., ::2]": every_second,
    "[::3]": every_third,
    "[::-1] in all axes": lambda a: np.flip(np.ascontiguousarray(np.flip(a))),
    "transposed": transposed,
    "read-only": read_only,
    "byte-swapped": swapped,
    "misaligned": misaligned,
}
