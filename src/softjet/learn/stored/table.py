"""A table on disk, opened to be learnt from: what `open_table` gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from softjet.learn.columns import Column
from softjet.learn.settings import refuse_empty_classes
from softjet.learn.stored.building import build
from softjet.learn.stored.cache import Cache, open_cache, read_header, why_not
from softjet.learn.stored.folder import cache_of, refuse_taken
from softjet.learn.stored.identity import identity
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.progress import Told
from softjet.learn.stored.request import Request
from softjet.learn.stored.shards import StoredRows, StoredShards
from softjet.learn.stored.sources import NPY_TARGET, Source, files_of, open_source

# Rows that are handed out at a time.
BATCH = 4096


@dataclass(frozen=True)
class StoredTable:
    """Encoded rows on disk, and what they are.

    Attributes
    ----------
    path : Path, of the data; cache.folder : Path, of the encoded rows
    target : str; dropped : tuple of the columns that were left out
    columns : list of Column, how features were made: what `model.Model` keeps
    features : list of str, their names
    classes : array (classes,), the labels, sorted
    trained : int array (classes,), training rows of each class
    n_rows, n_train, n_test : int
    built : str or None, why the rows were encoded anew; None: they were there
    digest : str, SHA-256 that stands for every byte of the encoded rows, and for how
        they were encoded; the same wherever the data lie
    plan : Plan, what the memory is spent on
    """

    path: Path
    wanted: str | None  # the target as it was asked for; of .npy a file
    cache: Cache
    plan: Plan
    built: str | None

    @property
    def target(self) -> str:
        return self.cache.request.target

    @property
    def dropped(self) -> tuple[str, ...]:
        return self.cache.request.dropped

    @property
    def columns(self) -> list[Column]:
        return self.cache.columns

    @property
    def features(self) -> list[str]:
        return [name for column in self.columns for name in column.features]

    @property
    def classes(self) -> NDArray:
        return self.cache.classes

    @property
    def trained(self) -> NDArray[np.int64]:
        return self.cache.trained

    @property
    def n_rows(self) -> int:
        return self.cache.rows

    @property
    def n_train(self) -> int:
        return self.cache.parts["train.classes"].rows

    @property
    def n_test(self) -> int:
        return self.cache.parts["test.classes"].rows

    @property
    def digest(self) -> str:
        return self.cache.digest

    @property
    def shape(self) -> tuple[int, int, int]:
        """(training rows, features, classes)."""
        return self.n_train, self.cache.parts["train.features"].width, len(self.classes)

    def rows(self, solver: str = "auto", class_weight: Any = None) -> StoredRows:
        """The training rows for a solver; refuses weights that do not fit."""
        weights = compute_class_weight(
            class_weight,
            classes=self.classes,
            y=self.classes,
            sample_weight=self.trained.astype(np.float64),
        )
        masses = weights * self.trained
        refuse_empty_classes(masses, np.arange(len(masses)), len(masses))
        mass = float(masses.sum())
        size = self.plan.shard_rows(self._sized(solver), *self.shape)
        parts = self.cache.parts
        shards = StoredShards(
            parts["train.features"], parts["train.classes"], size, weights, mass
        )
        spectrum = self.plan.has_spectrum(*self.shape)
        return StoredRows(shards, mass, len(self.classes), spectrum)

    def memory(self, solver: str = "auto") -> int:
        """The `memory` of an Objective over these rows."""
        return self.plan.kept(self._sized(solver), *self.shape)

    def test_batches(
        self, most: int | None = None
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]]:
        """Features, class ids and row numbers of (at most `most`) test rows."""
        parts = self.cache.parts
        whole = self.n_test if most is None else min(most, self.n_test)
        width = parts["test.features"].width
        step = max(1, min(BATCH, self.plan.working // 4 // (28 * width)))
        for first in range(0, whole, step):
            count = min(step, whole - first)
            yield (
                parts["test.features"].read(first, count),
                parts["test.classes"].read(first, count)[:, 0],
                parts["test.rows"].read(first, count)[:, 0],
            )

    def raw_rows(self, numbers: NDArray[np.int64]) -> pa.Table:
        """Rows of the data as they are there: numbers counted from 0, in order."""
        source = self.source()
        names = [name for name in source.schema.names if name not in self.dropped]
        found = [source.schema.empty_table().select(names)]
        first, step = 0, self.plan.batch_rows(len(names), len(names), 0)
        for batch in source.batches(names, step):
            here = numbers[(numbers >= first) & (numbers < first + len(batch))]
            if len(here):
                found.append(batch.table.take(pa.array(here - first)))
            first += len(batch)
            if not len(numbers) or first > numbers[-1]:
                break
        return pa.concat_tables(found)

    def source(self, told: Told | None = None) -> Source:
        """The data themselves, to be read again."""
        return open_source(self.path, self.plan, target=self.wanted, told=told)

    def check(self) -> None:
        """Read all encoded rows and refuse if a byte is not as it was written."""
        self.cache.check()

    def close(self) -> None:
        """Give the files back."""
        self.cache.close()

    def _sized(self, solver: str) -> str:
        """The solver whose arrays are reckoned with; the larger, if it may be it."""
        return "newton" if solver == "newton" else "lbfgs"


def open_table(
    path: str | os.PathLike[str],
    target: str | None = None,
    *,
    memory: int | str = "1GB",
    cache: str | os.PathLike[str] | None = None,
    drop: tuple[str, ...] | list[str] = (),
    test_share: float = 0.0,
    seed: int = 0,
    progress: Told | None = None,
) -> StoredTable:
    """Encode the rows of a table once, on disk, and open them to be learnt from.

    Numbers are standardised and categories become one feature each, with statistics of
    the training rows; as float32.

    Parameters
    ----------
    path : CSV file, Parquet file, folder of Parquet files (in the order of their
        names), or .npy file of (rows, features)
    target : str, the column to predict; for .npy the file of the classes, by default
        y.npy beside
    memory : int or str such as "512MB", bytes; at least 128 MB.  Encoding, training and
        predicting keep a process that does nothing else under it, plus 200 MB
    cache : folder for the encoded rows, by default `path`.softjet beside the data.  It
        may be deleted at any time, and is used again as long as the data have the same
        names, sizes and times, and the same is asked
    drop : columns to leave out
    test_share : float, 0 <= share < 1: rows to keep for testing, drawn by a hash of
        their number and `seed`
    progress : called as progress(Stage) after every batch

    Returns
    -------
    StoredTable : for `SoftmaxRegression.fit_stored`

    Refused
    -------
    What `softjet fit` refuses of a table; less memory than the weights take; a full
    disk; data that change while they are read; a folder that holds something else;
    encoded rows that are damaged.

    See also
    --------
    softjet.learn.data.load : the same for tables that fit into memory; its split keeps
        the shares of the classes, for which all labels must be known at once.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> np.save(folder / "X.npy", np.random.default_rng(0).normal(size=(90, 4)))
    >>> np.save(folder / "y.npy", np.arange(90) % 3)
    >>> with_test_rows = open_table(folder / "X.npy", test_share=0.2)
    >>> with_test_rows.n_train + with_test_rows.n_test
    90
    """
    plan, path = Plan.of(memory), Path(path)
    folder = cache_of(path) if cache is None else Path(cache)
    refuse_taken(folder, path)
    name = NPY_TARGET if path.suffix.lower() == ".npy" else target or ""
    request = Request(name, tuple(drop), test_share, seed)
    header = read_header(folder)
    reason: str | None = "there is no such data"
    if path.exists():
        now = identity(path, files_of(path, target))
        reason = why_not(header, now, request)
    if reason is not None:
        source = open_source(
            path, plan, target=target, told=progress, asked=request.check
        )
        build(folder, path, source, request, plan, progress)
        header = read_header(folder)
    assert header is not None
    return StoredTable(path, target, open_cache(folder, header), plan, reason)
