"""Rows of a batch as float32 features and class ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as kinds
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn.columns import CategoryColumn, Column, NumberColumn
from softjet.learn.objective import Array
from softjet.learn.stored.batch import Batch

LARGEST = float(np.finfo(np.float32).max)


def numbers_of(batch: Batch, names: Sequence[str]) -> Array:
    """`Frame.numbers` of many columns at once: (columns, rows), finite."""
    out = np.empty((len(names), len(batch)))
    for place, name in zip(out, names, strict=True):
        column = batch.table.column(name)
        plain = kinds.is_floating(column.type) or kinds.is_integer(column.type)
        if plain and not column.null_count:
            place[:] = column.to_numpy()
        else:
            place[:] = batch.numbers(name)
    if not np.isfinite(out).all():
        for name in names:
            batch.numbers(name)  # refuses the first that is not finite
    return out


class Encoder:
    """Columns as features: what `columns.encode` gives, in float32 and all at once."""

    def __init__(self, columns: list[Column]) -> None:
        widths = [len(column.features) for column in columns]
        places = np.cumsum([0, *widths])
        self.width = int(places[-1])
        told = list(zip(columns, places, strict=False))
        self.numbers = [c for c, _ in told if isinstance(c, NumberColumn)]
        self.places = [int(p) for c, p in told if isinstance(c, NumberColumn)]
        self.words = [(c, int(p)) for c, p in told if isinstance(c, CategoryColumn)]
        scales = np.array([c.scale for c in self.numbers])
        means = np.array([c.mean for c in self.numbers])
        # As NumberColumn.encode: a power of two keeps 1e308 and 1e-310 in range.
        self.shifts = -np.frexp(scales)[1][:, None]
        self.means = np.ldexp(means[:, None], self.shifts)
        self.scales = np.ldexp(scales[:, None], self.shifts)

    def __call__(self, batch: Batch) -> NDArray[np.float32]:
        """Features (rows, features)."""
        X = np.zeros((len(batch), self.width), np.float32)
        if self.numbers:
            X[:, self.places] = self._standardised(batch).T
        for column, place in self.words:
            X[np.arange(len(batch)), place + _places(column, batch)] = 1.0
        return X

    def _standardised(self, batch: Batch) -> Array:
        values = numbers_of(batch, [column.name for column in self.numbers])
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.ldexp(values, self.shifts, out=values)
            values -= self.means
            values /= self.scales
            near = np.abs(values) <= LARGEST
        if not near.all():
            i = int(np.argmin(near.all(axis=1)))
            raise _too_far(self.numbers[i], int(np.argmin(near[i])), batch)
        return values


def ids_of(classes: NDArray, labels: NDArray) -> NDArray[np.int32]:
    """Places among the classes; a label that was not there before is refused."""
    ids = np.searchsorted(classes, labels).clip(max=len(classes) - 1)
    if strange := np.flatnonzero(classes[ids] != labels).tolist():
        raise _unseen(f"row {strange[0] + 1}")
    return ids.astype(np.int32)


def _places(column: CategoryColumn, batch: Batch) -> NDArray[np.int64]:
    """Which category each row has."""
    words = batch.column(column.name).cast(pa.string())
    known = pa.array(column.categories, pa.string())
    found = pyarrow.compute.index_in(words, value_set=known)
    if found.null_count:
        row = pyarrow.compute.index(found.is_null(), True).as_py()
        raise _unseen(f"row {row + 1}, column {column.name!r}")
    return found.to_numpy().astype(np.int64)


def _too_far(column: NumberColumn, row: int, batch: Batch) -> Refusal:
    return Refusal(
        "value-too-far",
        "a number is too far from those of the training rows",
        got=f"row {row + 1}, column {column.name!r} of {batch.source}",
        want=f"numbers in the order of {column.mean:.3g} +- {column.scale:.3g}",
    )


def _unseen(where: str) -> Refusal:
    return Refusal(
        "source-changed",
        "the data changed while they were read",
        got=f"{where}: a value that was not there before",
        want="data that stay as they are until they have been read",
        hint="once more, when they are whole",
    )
