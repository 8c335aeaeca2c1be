"""The classes in a target column that comes in batches, counted exactly.

Refuses what `data.load` and `data.split` refuse of the labels, with their texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal

# So many different fractions are a measurement, however many rows are still to come.
MOST_FRACTIONS = 10_000


@dataclass
class Seen:
    """How often a label came, how often in training rows, and where first."""

    rows: int = 0
    train: int = 0
    first: int = -1


class Labels:
    """What has been seen of the target column; at most `most` classes fit."""

    def __init__(self, target: str, most: int) -> None:
        self.target, self.most = target, most
        self.seen: dict[Any, Seen] = {}
        self.rows, self.kind = 0, ""

    def add(self, labels: NDArray, first: int, test: NDArray[np.bool_]) -> None:
        """One more batch, and which of its rows are kept to test on."""
        values, places, ids = np.unique(labels, return_index=True, return_inverse=True)
        counts = np.bincount(ids)
        train = np.bincount(ids[~test], minlength=len(values))
        told = zip(values.tolist(), places, counts, train, strict=True)
        for label, place, count, in_train in told:
            entry = self.seen.setdefault(label, Seen(first=first + int(place)))
            entry.rows += int(count)
            entry.train += int(in_train)
        self.rows += len(labels)
        # One batch may hold whole numbers, another fractions.
        self.kind = max(self.kind, labels.dtype.kind, key=" biufU".find)
        if self.kind == "f" and len(self.seen) > MOST_FRACTIONS:
            raise self._measured()
        if len(self.seen) > self.most:
            raise self._too_many()

    def classes(self, test_share: float) -> tuple[NDArray, NDArray[np.int64]]:
        """The classes in order, and how many training rows each has."""
        self._check_kind()
        ordered = sorted(self.seen)
        dtype = float if self.kind == "f" else None
        trained = np.array([self.seen[label].train for label in ordered])
        if test_share > 0.0:
            self._check_division(trained)
        return np.array(ordered, dtype=dtype), trained

    def _check_kind(self) -> None:
        distinct = len(self.seen)
        if distinct == 1:
            raise Refusal(
                "one-class",
                "nothing to tell apart: the target holds one class only",
                got=f"column {self.target!r}: 1 class in {self.rows} rows",
                want="at least 2 classes",
            )
        many = distinct > max(20, self.rows // 5)
        if self.kind in "fi" and (many or (self.kind == "f" and distinct > 20)):
            raise self._measured()

    def _check_division(self, trained: NDArray[np.int64]) -> None:
        least = min(self.seen.values(), key=lambda entry: entry.rows)
        if least.rows < 2:
            raise Refusal(
                "class-too-small",
                "a class has too few rows to split into a training and a test part",
                got=f"row {least.first + 1} is the only one of its class in column"
                f" {self.target!r}",
                want="at least 2 rows of every class",
                hint="more rows of that class, or leave it out",
            )
        n_train, K = int(trained.sum()), len(self.seen)
        n_test = self.rows - n_train
        if min(n_train, n_test) < K:
            raise Refusal(
                "too-few-rows",
                "too few rows to split into a training and a test part",
                got=f"{n_train} rows to train on, {n_test} to test on, {K} classes",
                want=f"at least {K} rows, one per class, in both parts",
                hint="more rows, or another --test-share",
            )
        if not trained.all():
            empty = next(entry for entry in self.seen.values() if entry.train == 0)
            raise Refusal(
                "class-untrained",
                "all rows of a class were drawn to test on, none to train on",
                got=f"a class of {empty.rows} rows, the first row {empty.first + 1}",
                want="rows of every class in the training part",
                hint="another --seed, or more rows of that class",
            )

    def _measured(self) -> Refusal:
        return Refusal(
            "target-continuous",
            "the target looks like a measurement, not like classes",
            got=f"column {self.target!r}: {len(self.seen)} different numbers in"
            f" {self.rows} rows",
            want="classes: at most 20, or one in five rows, different whole numbers",
            hint="a regression, or another --target",
        )

    def _too_many(self) -> Refusal:
        return Refusal(
            "memory-classes",
            "so many classes do not fit into the memory that was granted",
            got=f"column {self.target!r}: {len(self.seen)} classes in {self.rows} rows",
            want=f"at most {self.most} classes, or more memory",
        )
