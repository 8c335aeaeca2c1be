"""One input of a law, and what the law compares on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


class Lacks(Exception):
    """Why a library takes no part in a law, in words that complete "it ..."."""


@dataclass(frozen=True, eq=False)
class Case:
    """Rows of logits, what the function takes beside them, and seeds.

    Attributes
    ----------
    x : (N, K) array
        The logits, in the dtype that is asked for.
    given : tuple of arrays
        What follows the logits: class ids (N,), probabilities (N, K), keys and values.
    x_dot, y_bar : array or None
        A tangent of the shape of x, a cotangent of the shape of the value.
    """

    x: Array
    given: tuple[Array, ...] = ()
    x_dot: Array | None = None
    y_bar: Array | None = None

    def narrowed(self, dtype: str) -> Case:
        """The same case in a dtype, if it is in a wider one."""
        if self.x.dtype.itemsize <= np.dtype(dtype).itemsize:
            return self
        seeds = (self.x_dot, self.y_bar)
        narrow = [None if seed is None else seed.astype(dtype) for seed in seeds]
        wide = [part.dtype.kind == "f" for part in self.given]
        parts = zip(wide, self.given, strict=True)
        given = tuple(
            part.astype(dtype) if is_wide else part for is_wide, part in parts
        )
        return Case(self.x.astype(dtype), given, *narrow)

    def __str__(self) -> str:
        parts = [f"x = {shown(self.x)} {self.x.dtype}"]
        parts += [f"with {shown(part)}" for part in self.given]
        named = {"tangent": self.x_dot, "cotangent": self.y_bar}
        parts += [f"{n} {shown(s)}" for n, s in named.items() if s is not None]
        return ", ".join(parts)


def shown(array: Array, most: int = 6) -> str:
    """An array as it could be typed, or its shape and ends where it is long."""
    array = np.asarray(array)
    flat = [f"{value:.6g}" for value in array.astype(np.float64).ravel()]
    if array.size > most:
        return f"{array.shape} [{flat[0]}, {flat[1]}, ..., {flat[-1]}]"
    return np.array2string(array, separator=", ", threshold=most).replace("\n", "")


def bumps(shape: tuple[int, ...], scale: float, turn: float) -> Array:
    """Fixed numbers that lie on no common grid, which would hide rounding errors.

    The fractional parts of k^2 sqrt(2) + turn, scaled: no row is like another, as
    those of multiples of one number would be.
    """
    steps = np.arange(1.0, float(np.prod(shape)) + 1) ** 2 * 2**0.5 + turn
    return ((steps % 1.0) * 2 - 1).reshape(shape) * scale
