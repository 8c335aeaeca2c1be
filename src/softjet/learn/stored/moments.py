"""Mean and standard deviation of columns of numbers that come in batches, of any size.

    n = n_a + n_b,   d = mean_b - mean_a
    mean   = mean_a + d n_b / n
    square = square_a + square_b + d^2 n_a n_b / n          sum of (x - mean)^2

(Chan, Golub and LeVeque 1979.)  A mean that is r times the spread costs a factor r of
accuracy, as it does in the numbers themselves, and not r^2 as in sum x^2 - n mean^2.
All is kept in units of a power of two above the largest number: 1e308 does not
overflow, and 1e-310 does not vanish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softjet.learn.columns import NumberColumn
from softjet.learn.objective import Array


@dataclass(frozen=True)
class Moments:
    """Of some columns, in units of 2^exponent; sums of two are those of all rows."""

    count: int  # rows
    exponent: NDArray[np.int64]  # (columns,), as the rest
    mean: Array
    square: Array  # sum of squared distances from the mean
    largest: Array  # of the absolute values

    @classmethod
    def of(cls, values: Array) -> Moments:
        """Of one batch, (columns, rows) of finite numbers."""
        count = values.shape[1]
        largest = np.abs(values).max(axis=1, initial=0.0)
        exponent = np.frexp(largest)[1].astype(np.int64)
        unit = np.ldexp(values, -exponent[:, None])
        mean = unit.sum(axis=1) / max(count, 1)
        unit -= mean[:, None]
        square = np.einsum("ij,ij->i", unit, unit)
        return cls(count, exponent, mean, square, np.ldexp(largest, -exponent))

    def __add__(self, other: Moments) -> Moments:
        if not (self.count and other.count):
            return self if self.count else other
        exponent = np.maximum(self.exponent, other.exponent)
        a, b = self._in(exponent), other._in(exponent)
        n, d = a.count + b.count, b.mean - a.mean
        return Moments(
            n,
            exponent,
            a.mean + d * (b.count / n),
            a.square + b.square + d * d * (a.count * (b.count / n)),
            np.maximum(a.largest, b.largest),
        )

    def _in(self, exponent: NDArray[np.int64]) -> Moments:
        shift = self.exponent - exponent
        return Moments(
            self.count,
            exponent,
            np.ldexp(self.mean, shift),
            np.ldexp(self.square, 2 * shift),
            np.ldexp(self.largest, shift),
        )

    def columns(self, names: list[str]) -> list[NumberColumn]:
        """How columns of these numbers are encoded; as `columns.fit_column` decides."""
        spread = np.sqrt(self.square / max(self.count, 1))
        scale, mean = (
            np.ldexp(spread, self.exponent),
            np.ldexp(self.mean, self.exponent),
        )
        constant = (spread <= 1e-12 * self.largest) | (scale == 0.0)
        scale[constant] = 1.0
        told = zip(names, mean.tolist(), scale.tolist(), strict=True)
        return [NumberColumn(*one) for one in told]
