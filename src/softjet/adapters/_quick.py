"""Small plain calls, straight to their kernels: a few microseconds of Python.

A call is plain if it is about native C-contiguous float32 or float64 arrays, along the
last axis, with no option but those read here, and small enough for one thread.  A short
way gives None to any other, and to a call with a row that a kernel leaves to the rule;
the general way answers it, with the same bits.  Both ways call the same kernels with
the same numbers: those of the general way are in _modes.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._copies import NOTHING, PIECE
from ._kernels import WARM
from ._words import FALL, inverse, load

Options = dict[str, Any]
Quick = Callable[..., Any]
Span = tuple[Any, ...]
# Kernels, the logits flat, marks of the rows that are left, the rows' length, 0, count
# and 1 / T in two words, the same with 1 / T^2, and T.
Rows = tuple[Any, np.ndarray, np.ndarray, Span, Span, float]

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
LARGE = 1e38  # a number that NumPy rounds to either dtype without a word


def plain(x: Any) -> bool:
    """Whether x is an array that a kernel reads as it lies, all of it at once."""
    if type(x) is not np.ndarray or x.dtype not in DTYPES or not x.ndim:
        return False
    flags = x.flags
    return flags.c_contiguous and flags.aligned and 0 < x.size <= PIECE


def beside(seed: Any, x: np.ndarray) -> bool:
    """Whether a seed, or targets, lie as the plain x does."""
    if type(seed) is not np.ndarray or seed.dtype != x.dtype or seed.shape != x.shape:
        return False
    return seed.flags.c_contiguous and seed.flags.aligned


def parted(options: Options, name: str, default: Any) -> tuple[Any, Options]:
    """An option, and the others."""
    if name not in options:
        return default, options
    others = dict(options)
    return others.pop(name), others


def kernels_for(x: Any, seeds: tuple[Any, ...]) -> Any:
    """The kernels, if the arrays are plain and alike."""
    if not plain(x):
        return None
    for seed in seeds:
        if not beside(seed, x):
            return None
    return load()


def rows(options: Options, x: Any, *seeds: Any) -> Rows | None:
    """What the kernels of rows are called with, if the call is plain."""
    if not (kernels := kernels_for(x, seeds)):
        return None
    length = x.shape[-1]
    count = x.size // length
    marks = np.zeros(count, np.int8)
    if not options:
        span = length, 0, count, 1.0, 0.0
        return kernels, x.ravel(), marks, span, span, 1.0
    temperature, others = parted(options, "temperature", 1.0)
    if not _usual(others, x.ndim) or not _warm(temperature):
        return None
    first, second = (inverse(temperature, order, x.dtype) for order in (1, 2))
    span, bend = (length, 0, count, *first), (length, 0, count, *second)
    return kernels, x.ravel(), marks, span, bend, temperature


def _usual(options: Options, ndim: int) -> bool:
    """Whether the only option is the last axis."""
    axis, others = parted(options, "axis", -1)
    return not others and type(axis) is int and axis in (-1, ndim - 1)


def _warm(temperature: Any) -> bool:
    return type(temperature) in (float, int) and WARM[0] <= temperature <= WARM[1]


def room(out: Any, x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """Where the answer goes: `out` if it will do, else a new array if there is none."""
    if out is None:
        return np.empty(shape, x.dtype)
    fits = plain(out) and out.shape == shape and out.dtype == x.dtype
    if not (fits and out.flags.writeable) or np.may_share_memory(out, x):
        return None
    return out


def of_rows(step: Quick) -> Quick:
    """The short way of a step: it has plain rows and seeds that lie as they do."""

    def quick(options: Options, x: Any, *seeds: Any) -> Any:
        read = rows(options, x, *seeds)
        return step(read, x, *seeds) if read else None

    return quick


def into(step: Quick, shape_of: Callable[[Any], tuple[int, ...]]) -> Quick:
    """The short way of a value, which may be put into `out`."""

    def quick(options: Options, x: Any) -> Any:
        out, others = parted(options, "out", None)
        if not (read := rows(others, x)) or (y := room(out, x, shape_of(x))) is None:
            return None
        return step(read, y)

    return quick


def rounded(kernels: Any, f: np.ndarray, out: np.ndarray) -> Any:
    """A number a row, put into `out`; a scalar where there is one row without axes."""
    kernels.numbers.rounded(f, out.ravel())
    return out if out.ndim else out[()]


def cotangents(bar: Any, x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """One a row, flat, in float64."""
    if type(bar) is not np.ndarray or bar.dtype != x.dtype or bar.shape != shape:
        return None
    return bar.astype(np.float64).ravel()


def number(bar: Any, x: np.ndarray) -> float | None:
    """The cotangent of one number."""
    if type(bar) is float:
        return float(x.dtype.type(bar)) if -LARGE < bar < LARGE else None
    if type(bar) is not np.ndarray and type(bar) is not x.dtype.type:
        return None
    return float(bar) if bar.dtype == x.dtype and not bar.ndim else None


def weights(read: Rows) -> tuple[np.ndarray, int]:
    """Probabilities as derivatives are made from them, and how many rows are left."""
    kernels, x, marks, span, *_ = read
    y = np.empty_like(x)
    left = kernels.softmax.value(x, NOTHING, y, marks, *span, 1 / FALL, False)
    return y, left


def curved(read: Rows, seed: np.ndarray, scale: np.ndarray, order: int) -> Any:
    """scale y C(seed) / T^order; None if a row is left."""
    kernels, x, marks, span, bend, _ = read
    v = np.empty_like(seed)
    outer = (bend if order == 2 else span)[3:]
    arrays = x, seed.ravel(), scale, NOTHING, v.ravel(), marks
    return None if kernels.softmax.jvp(*arrays, *span, *outer, False) else v
