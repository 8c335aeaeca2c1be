"""Columns of a table become features: numbers standardised, words one-hot.

What was learnt from the training rows (means, scales, categories) is part of the model,
so a row is encoded in the same way wherever it comes from.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from softjet.errors import Refusal
from softjet.learn.frame import Frame
from softjet.learn.objective import Array

# A column of words with more values than this is a name or a text, not a category.
MOST_CATEGORIES = 1000


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: (value - mean) / scale, with the training rows' two."""

    name: str
    mean: float
    scale: float
    kind: str = "number"

    @property
    def features(self) -> list[str]:
        return [self.name]

    @property
    def arrow_type(self) -> pa.DataType | None:
        return None

    def encode(self, frame: Frame) -> Array:
        return (frame.numbers(self.name)[:, None] - self.mean) / self.scale


@dataclass(frozen=True)
class CategoryColumn:
    """A column of words or of booleans: one feature, 0 or 1, per category."""

    name: str
    categories: tuple[str, ...]
    kind: str = "category"  # or "boolean"

    @property
    def features(self) -> list[str]:
        return [f"{self.name}={category}" for category in self.categories]

    @property
    def arrow_type(self) -> pa.DataType:
        # "007" was a word when the model was trained; it must not come back as 7.
        return pa.bool_() if self.kind == "boolean" else pa.string()

    def encode(self, frame: Frame) -> Array:
        words = frame.words(self.name)
        known = np.array(self.categories, dtype=object)
        onehot = (words[:, None] == known).astype(np.float64)
        unknown = np.flatnonzero(onehot.sum(axis=1) == 0.0)
        if unknown.size:
            raise Refusal(
                "category-unknown",
                "a category that the model has never seen",
                got=f"row {unknown[0] + 1}, column {self.name!r} of {frame.source}",
                want=f"one of its {len(known)} categories in {self.name!r}",
            )
        return onehot


Column = NumberColumn | CategoryColumn


def fit_column(frame: Frame, name: str, train: np.ndarray) -> Column:
    """Learn how to encode one column: statistics from the rows `train`."""
    if frame.is_number(name):
        values = frame.numbers(name)[train]
        scale = float(values.std())
        # A constant column becomes 0 instead of noise over 0.
        constant = scale <= 1e-12 * float(np.abs(values).max(initial=0.0))
        return NumberColumn(name, float(values.mean()), 1.0 if constant else scale)
    # Which categories exist is read off all rows: that says nothing about the target,
    # and one that only test rows have gets weight 0 instead of a refusal.
    words = frame.words(name)
    categories = tuple(sorted(set(words)))
    _refuse_names(name, len(categories), len(words))
    kind = "boolean" if frame.is_boolean(name) else "category"
    return CategoryColumn(name, categories, kind)


def _refuse_names(name: str, distinct: int, rows: int) -> None:
    if distinct > MOST_CATEGORIES or (distinct > 20 and distinct > rows // 2):
        raise Refusal(
            "categories-many",
            "a column of names or texts is no feature",
            got=f"column {name!r}: {distinct} different values in {rows} rows",
            want=f"at most {MOST_CATEGORIES}, and fewer than half of the rows",
            hint=f"--drop {name!r}",
        )


def encode(columns: list[Column], frame: Frame) -> Array:
    """All columns side by side: (rows, features), float64."""
    return np.hstack([column.encode(frame) for column in columns])


def to_json(column: Column) -> dict[str, Any]:
    """The column as plain data."""
    return asdict(column)


def from_json(data: dict[str, Any]) -> Column:
    """The column back; TypeError or KeyError where the data is none."""
    if data["kind"] == "number":
        column = NumberColumn(**data)
        if not (np.isfinite(column.mean) and 0.0 < column.scale < np.inf):
            raise ValueError("mean and scale must be finite, the scale positive")
        return column
    if data["kind"] in ("category", "boolean"):
        return CategoryColumn(**(data | {"categories": tuple(data["categories"])}))
    raise ValueError("no such kind of column")
