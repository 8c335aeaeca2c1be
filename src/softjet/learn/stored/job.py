"""What `softjet fit` needs of a table larger than memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn.columns import Column
from softjet.learn.objective import Array
from softjet.learn.stored.amount import write_amount
from softjet.learn.stored.progress import Told
from softjet.learn.stored.table import StoredTable, open_table

# Test rows that are looked at: a score's standard error is 0.002 at most with so many.
MOST_TEST_ROWS = 50_000


@dataclass(frozen=True)
class Stored:
    """A table on disk with a job's test rows in memory, as `data.Split` has them.

    Attributes
    ----------
    table : StoredTable; .rows(solver) and .memory(solver) go to Objective.over,
        .digest is the identity of rows, columns and classes, .n_train and .n_test
    columns, classes : as in `data.Split`
    X_test : float64 (rows, features), the first test rows, at most MOST_TEST_ROWS
    y_test : (rows,) class ids
    test_rows : int64 (rows,), their numbers in the data
    """

    table: StoredTable
    columns: list[Column]
    classes: NDArray
    X_test: Array
    y_test: NDArray[np.int32]
    test_rows: NDArray[np.int64]

    def raw_test_rows(self) -> pa.Table:
        """The test rows as they are in the data, for test.csv."""
        return self.table.raw_rows(self.test_rows)


def load_stored(job: Any, progress: Told | None = None) -> Stored:
    """The table of a `softjet fit` job, encoded on disk if it is not yet.

    Reads job.data, .target, .drop, .test_share, .seed, .memory and .solver; refuses
    weights that do not fit.  `progress` is called as progress(Stage).
    """
    table = open_table(
        job.data,
        job.target,
        memory=job.memory,
        drop=tuple(job.drop),
        test_share=job.test_share,
        seed=job.seed,
        progress=progress,
    )
    table.rows(job.solver)
    X, y, numbers = _test_rows(table)
    return Stored(table, table.columns, table.classes, X, y, numbers)


def _test_rows(table: StoredTable) -> tuple[Array, NDArray, NDArray]:
    """As many test rows as an eighth of the memory holds with their logits."""
    _, features, classes = table.shape
    most = table.plan.working // 8 // (16 * (features + 4 * classes))
    if most < min(table.n_test, len(table.classes)):
        raise Refusal(
            "memory-test-rows",
            "too few test rows fit into the memory that was granted",
            got=f"room for {most} rows of {features} features and {classes} classes in"
            f" {write_amount(table.plan.memory)}",
            want=f"at least {classes} rows, one per class",
            hint="more memory",
        )
    parts = list(table.test_batches(min(most, MOST_TEST_ROWS)))
    X, y, numbers = (np.concatenate(part) for part in zip(*parts, strict=True))
    return X.astype(np.float64), y, numbers
