"""Rows too long for an oracle, made of few distinct logits, so that it ends.

2^24 + 1 is the first length at which a float32 counter of ones stands still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.check import _seeds

Array = NDArray[Any]

LENGTHS = (100_000, 2**24 + 1)


@dataclass(frozen=True, eq=False)
class Giant:
    """A long row: K <= 12 distinct logits, how often each comes, and seeds for each.

    The oracle takes distinct and counts; the code under test takes row() and
    spread(x_dot), and its results are read back at index.
    """

    name: str
    distinct: Array
    counts: NDArray[np.int64]
    x_dot: Array
    y_bar: Array

    @property
    def size(self) -> int:
        return int(self.counts.sum())

    def row(self) -> Array:
        """The whole row, in a fixed order that mixes the distinct logits."""
        return self.spread(self.distinct)

    def spread(self, values: Array) -> Array:
        """One value for each distinct logit, laid out as the row is."""
        values = np.asarray(values)
        result = np.empty(self.size, values.dtype)
        ends = np.cumsum(self.counts)
        for value, end, count in zip(values, ends, self.counts, strict=True):
            result[self._place(np.arange(end - count, end))] = value
        return result

    @cached_property
    def index(self) -> NDArray[np.int64]:
        """For each distinct logit one position that holds it."""
        return self._place(np.cumsum(self.counts) - self.counts)

    def _place(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        # A step prime to the length visits every position once; one near the golden
        # section of the length scatters every run evenly over the row.
        step = int(0.6180339887498949 * self.size)
        while gcd(step, self.size) != 1:
            step += 1
        return (order * step + self.size // 3) % self.size


def giants(dtype: Any, *, seed: int = 1, lengths: Any = LENGTHS) -> Iterator[Giant]:
    """Long rows: flat, one peak over many small ones, and steep.

    Parameters
    ----------
    dtype : dtype
        float16, bfloat16, float32 or float64.
    seed : int
        Another seed gives other rows of the same kinds.
    lengths : sequence of int
        Row lengths, each at least 1000.

    Yields
    ------
    Giant
        Three for each length.

    >>> [giant.size for giant in giants("float32", lengths=[1001])]
    [1001, 1001, 1001]
    """
    dtype = np.dtype(dtype)
    for length in lengths:
        for kind, (name, draw) in enumerate(_KINDS):
            rng = np.random.default_rng([seed, length, kind])
            logits, weights = draw(rng, length)
            rounded = logits.astype(dtype).astype(np.float64)
            distinct, first = np.unique(rounded, return_index=True)
            counts = _counts(weights[first], length)
            live = np.ones(distinct.size, bool)
            kinds = _seeds.KINDS[kind % 2 * 2], _seeds.KINDS[1 + kind % 2 * 2]
            x_dot, y_bar = (_seeds.seed(k, live, dtype, rng) for k in kinds)
            yield Giant(
                f"{name}, K {length}", distinct.astype(dtype), counts, x_dot, y_bar
            )


def _flat(rng: np.random.Generator, length: int) -> tuple[Array, Array]:
    return rng.uniform(-0.5, 0.5, 12), rng.uniform(0.8, 1.2, 12)


def _peak(rng: np.random.Generator, length: int) -> tuple[Array, Array]:
    """One entry on top; the others together weigh about as much as it does."""
    logits = rng.uniform(-1.0, 1.0, 12) - np.log(length)
    logits[0] = rng.normal() * 0.1
    return logits, np.where(np.arange(12) == 0, 0.0, 1.0)


def _steep(rng: np.random.Generator, length: int) -> tuple[Array, Array]:
    """The lower the logit the more of it there is."""
    return rng.uniform(-1, 1) - np.arange(12) * rng.uniform(3, 6), 2.0 ** np.arange(12)


_KINDS = (("flat", _flat), ("one peak", _peak), ("steep", _steep))


def _counts(weights: Array, length: int) -> NDArray[np.int64]:
    """Counts in proportion to the weights, at least 1 each, that add up to length."""
    spare = length - weights.size
    counts = 1 + np.floor(weights / weights.sum() * spare).astype(np.int64)
    counts[np.argmax(weights)] += length - counts.sum()
    return counts
