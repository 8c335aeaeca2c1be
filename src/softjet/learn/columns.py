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
from softjet.learn.frame import Frame, parses
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
        values = frame.numbers(self.name)[:, None]
        # A power of two changes no digit and keeps 1e308 and 1e-310 in range.
        shift = -int(np.frexp(self.scale)[1])
        with np.errstate(over="ignore", invalid="ignore"):
            centred = np.ldexp(values, shift) - np.ldexp(self.mean, shift)
            features = centred / np.ldexp(self.scale, shift)
        bad = np.flatnonzero(~np.isfinite(features))
        if bad.size:
            raise Refusal(
                "value-too-far",
                "a number is too far from those of the training rows",
                got=f"row {bad[0] + 1}, column {self.name!r} of {frame.source}",
                want=f"numbers in the order of {self.mean:.3g} +- {self.scale:.3g}",
            )
        return features


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
        return _fit_numbers(name, values)
    # Which categories exist is read off all rows: that says nothing about the target,
    # and one that only test rows have gets weight 0 instead of a refusal.
    words = frame.words(name)
    categories = tuple(sorted(set(words)))
    _refuse_bad_number(frame, name, words, len(categories))
    _refuse_names(name, len(categories), len(words))
    kind = "boolean" if frame.is_boolean(name) else "category"
    return CategoryColumn(name, categories, kind)


def _fit_numbers(name: str, values: Array) -> NumberColumn:
    """Mean and standard deviation of values of any size, without overflow."""
    exponent = int(np.frexp(np.abs(values).max(initial=0.0))[1])
    unit = np.ldexp(values, -exponent)  # at most 1
    scale = float(np.ldexp(unit.std(), exponent))
    # A constant column becomes 0 instead of noise over 0.
    constant = unit.std() <= 1e-12 * np.abs(unit).max(initial=0.0) or scale == 0.0
    mean = float(np.ldexp(unit.mean(), exponent))
    return NumberColumn(name, mean, 1.0 if constant else scale)


def _refuse_bad_number(
    frame: Frame, name: str, words: np.ndarray, distinct: int
) -> None:
    """Refuse a column of numbers that a stray cell such as "?" has turned to words."""
    if distinct <= 20 or frame.is_boolean(name):
        return
    bad = [row for row, cell in enumerate(words) if not parses(cell)]
    most = len(words) // 2 if _are_names(distinct, len(words)) else len(words) // 20
    if bad and len(bad) <= most:
        raise Refusal(
            "number-bad",
            "a column of numbers holds something that is no number",
            got=f"row {bad[0] + 1}, column {name!r} of {frame.source}, and"
            f" {len(bad) - 1} more of {len(words)} rows",
            want="a number in every row",
        )


def _are_names(distinct: int, rows: int) -> bool:
    return distinct > MOST_CATEGORIES or (distinct > 20 and distinct > rows // 2)


def _refuse_names(name: str, distinct: int, rows: int) -> None:
    if _are_names(distinct, rows):
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
    """The column back; an error of Python where the data is none."""
    if not isinstance(data["name"], str):
        raise TypeError("the name of a column must be text")
    if data["kind"] == "number":
        column = NumberColumn(**data)
        if type(column.mean) is not float or type(column.scale) is not float:
            raise TypeError("mean and scale must be decimal numbers")
        if not (np.isfinite(column.mean) and 0.0 < column.scale < np.inf):
            raise ValueError("mean and scale must be finite, the scale positive")
        return column
    if data["kind"] in ("category", "boolean"):
        names = data["categories"]
        if not isinstance(names, list | tuple) or not names:
            raise TypeError("categories must be a list")
        if any(type(n) is not str for n in names) or sorted(set(names)) != list(names):
            raise ValueError("categories must be different words in order")
        return CategoryColumn(**(data | {"categories": tuple(names)}))
    raise ValueError("no such kind of column")
