"""Data made ready for one job: encoded, split, in memory or on disk.

In memory where it fits in what `--memory` grants; else its encoded rows lie on disk
(`stored/`), of which a solver reads a shard at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from softjet.errors import Refusal
from softjet.learn.columns import Column
from softjet.learn.data import Data, Split, load, split
from softjet.learn.job import Job
from softjet.learn.objective import Array
from softjet.learn.rows import Rows
from softjet.learn.runs.identity import of_rows
from softjet.learn.stored.amount import write_amount
from softjet.learn.stored.job import Stored, load_stored
from softjet.learn.stored.progress import Told
from softjet.learn.table_size import size_in_memory

# For tables that are always read from disk, where --memory does not say.
USUAL_MEMORY = 1_000_000_000


@dataclass(frozen=True)
class Prepared:
    """What training, report and files need of the data.

    Attributes
    ----------
    identity : hashes of the training rows and of how they were encoded
    rows : () -> Rows to train on, and the bytes that a solver may take beside them
    test_table : () -> the test rows as they were read
    close : gives the files on disk back
    split : Split, all rows in memory; None where they are on disk
    """

    source: str
    target: str
    dropped: list[str]
    columns: list[Column]
    classes: np.ndarray
    n_rows: int
    n_train: int
    X_test: Array
    y_test: np.ndarray
    identity: dict[str, str]
    rows: Callable[[], tuple[Rows, int]]
    test_table: Callable[[], pa.Table]
    split: Split | None = None
    image: tuple[int, int] | None = None
    close: Callable[[], None] = lambda: None

    @property
    def features(self) -> list[str]:
        """Names of the features."""
        return [name for column in self.columns for name in column.features]


def prepare(job: Job, told: Told | None = None) -> Prepared:
    """Read and encode the job's data; `told` hears how far the reading is."""
    if job.data is None or not is_stored(job.data, job.memory):
        data = load(job.data, job.target, job.drop)
        return _in_memory(job, data, split(data, job.test_share, job.seed))
    granted = USUAL_MEMORY if job.memory is None else job.memory
    if job.model == "network":
        raise Refusal(
            "memory-network",
            "a network is trained on rows in memory",
            got=f"{job.data}, which is read from disk with {write_amount(granted)}",
            want="a CSV or Parquet table that fits into --memory",
            hint="--model regression, or more memory",
        )
    return _on_disk(job, load_stored(replace(job, memory=granted), told))


def is_stored(data: Path, memory: int | None) -> bool:
    """Whether the rows stay on disk: too many for the memory, or there to be mapped."""
    if data.suffix.lower() == ".npy":
        return True
    return memory is not None and size_in_memory(data) > memory


def _in_memory(job: Job, data: Data, parts: Split) -> Prepared:
    def rows() -> tuple[Rows, int]:
        ones, memory = np.ones(len(parts.y_train)), job.solver_memory
        K = len(parts.classes)
        return Rows.of(parts.X_train, parts.y_train, ones, K, memory), memory

    def test_table() -> pa.Table:
        table = data.frame.table.select([*data.features, data.target])
        return table.take(pa.array(parts.test_rows))

    return Prepared(
        data.frame.source,
        data.target,
        data.dropped,
        parts.columns,
        parts.classes,
        len(data.frame),
        len(parts.y_train),
        parts.X_test,
        parts.y_test,
        of_rows(parts.X_train, parts.y_train, parts.columns, parts.classes),
        rows,
        test_table,
        parts,
        data.image,
    )


def _on_disk(job: Job, stored: Stored) -> Prepared:
    table: Any = stored.table
    return Prepared(
        str(job.data),
        table.target,
        list(table.dropped),
        stored.columns,
        stored.classes,
        table.n_rows,
        table.n_train,
        stored.X_test,
        stored.y_test,
        {"encoded": table.digest},
        lambda: (table.rows(job.solver), table.memory(job.solver)),
        stored.raw_test_rows,
        close=table.close,
    )
