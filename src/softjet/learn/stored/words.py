"""The categories of a column of words that comes in batches, counted exactly.

Refuses what `columns.fit_column` refuses, with its texts; only of a column with more
different values than are worth holding is their number not told to the last one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute

from softjet.errors import Refusal
from softjet.learn.columns import MOST_CATEGORIES, CategoryColumn, parses
from softjet.learn.stored.batch import Batch

# Different values that are held; with more the column is refused in any case.
MOST_HELD = 10 * MOST_CATEGORIES


class Words:
    """What has been seen of one column."""

    def __init__(self, name: str, boolean: bool) -> None:
        self.name, self.boolean = name, boolean
        self.counts: dict[str, int] = {}
        self.rows, self.more = 0, False
        self.bad, self.first_bad = 0, -1  # cells that are no number, were it one

    def add(self, batch: Batch) -> None:
        """One more batch."""
        column = batch.column(self.name).cast(pa.string())
        found = column.value_counts()
        words, counts = found.field("values").to_pylist(), found.field("counts")
        self.rows += len(batch)
        if not self.boolean:
            self._judge(batch.first, column, words, counts.to_numpy())
        if self.more:
            return
        for word, count in zip(words, counts.to_pylist(), strict=True):
            self.counts[word] = self.counts.get(word, 0) + count
        self.more = len(self.counts) > MOST_HELD

    def _judge(
        self, first: int, column: pa.ChunkedArray, words: list[str], counts: np.ndarray
    ) -> None:
        """Count the cells that are no number, in case most of them are one."""
        strange = [not parses(word) for word in words]
        self.bad += int(counts[strange].sum())
        if self.first_bad < 0 and any(strange):
            bad = pa.array([w for w, s in zip(words, strange, strict=True) if s])
            at = pyarrow.compute.is_in(column, value_set=bad)
            self.first_bad = first + pyarrow.compute.index(at, True).as_py()

    def column(self, source: str) -> CategoryColumn:
        """How it is encoded, once all rows have been seen."""
        distinct = len(self.counts)
        names = distinct > MOST_CATEGORIES or (
            distinct > 20 and distinct > self.rows // 2
        )
        most = self.rows // 2 if names else self.rows // 20
        if not self.boolean and distinct > 20 and 0 < self.bad <= most:
            raise self._stray(source)
        if names:
            raise self._names()
        kind = "boolean" if self.boolean else "category"
        return CategoryColumn(self.name, tuple(sorted(self.counts)), kind)

    def _stray(self, source: str) -> Refusal:
        return Refusal(
            "number-bad",
            "a column of numbers holds something that is no number",
            got=f"row {self.first_bad + 1}, column {self.name!r} of {source}, and"
            f" {self.bad - 1} more of {self.rows} rows",
            want="a number in every row",
        )

    def _names(self) -> Refusal:
        count = f"more than {MOST_HELD}" if self.more else str(len(self.counts))
        return Refusal(
            "categories-many",
            "a column of names or texts is no feature",
            got=f"column {self.name!r}: {count} different values in {self.rows} rows",
            want=f"at most {MOST_CATEGORIES}, and fewer than half of the rows",
            hint=f"--drop {self.name!r}",
        )
