"""What rows can be read from, in batches: CSV, Parquet, a folder of it, .npy files.

Whatever `files.read_table` refuses of a whole table is refused here with the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from softjet.errors import Refusal
from softjet.learn import files
from softjet.learn.frame import Frame
from softjet.learn.stored.batch import Batch
from softjet.learn.stored.csv import CsvSource
from softjet.learn.stored.npy import NpySource
from softjet.learn.stored.parquet import ParquetSource, parts_of
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.progress import Told

NPY_TARGET = "y"


class Source(Protocol):
    """Rows by the batch, in an order that is always the same."""

    name: str  # as refusals name it
    files: list[Path]  # what it is read from
    names: list[str]  # of the columns

    @property
    def schema(self) -> pa.Schema:
        """Of all columns, with types that hold for the whole table."""
        ...

    @property
    def rows(self) -> int:
        """How many there are."""
        ...

    def batches(self, names: list[str], rows: int) -> Iterator[Batch]:
        """Batches of at most so many rows, of the columns that are named."""
        ...


def open_source(
    path: Path,
    plan: Plan,
    *,
    target: str | None = None,
    types: dict[str, pa.DataType] | None = None,
    told: Told | None = None,
    asked: Callable[[Frame], None] | None = None,
) -> Source:
    """The source in `path`; `types` says how columns of a CSV are to be read.

    `asked` may refuse by the names of the columns, before the rows are looked at.
    """
    try:
        source = _opened(path, plan, target, types or {}, told)
        if asked is not None:
            asked(
                Frame(
                    pa.table([pa.nulls(0)] * len(source.names), source.names), str(path)
                )
            )
        _check_shape(path, source)
    except PermissionError as error:
        raise Refusal(
            "file-unreadable",
            "the file cannot be read",
            got=f"{path}: {error.strerror}",
            want="a file that you may read",
        ) from error
    return source


def files_of(path: Path, target: str | None) -> list[Path]:
    """The files that a source of this name is read from."""
    if path.is_dir():
        return parts_of(path)
    if path.suffix.lower() == ".npy":
        classes = _beside(path, target)
        if not classes.exists():
            raise _no_classes(classes)
        return [path, classes]
    return [path]


def _opened(
    path: Path,
    plan: Plan,
    target: str | None,
    types: dict[str, pa.DataType],
    told: Told | None,
) -> Source:
    kind = path.suffix.lower()
    if not path.exists():
        raise files._missing(path)
    if path.is_dir() or kind in (".parquet", ".pq"):
        return ParquetSource(path, plan.working)
    if kind == ".npy":
        return NpySource(path, _beside(path, target))
    if kind == ".csv":
        return CsvSource(path, plan.block, types, told)
    raise files._unknown_kind(path)


def _no_classes(path: Path) -> Refusal:
    return Refusal(
        "npy-target",
        "there are no classes to the rows",
        got=f"no file {path}",
        want="the classes in a file of their own",
        hint="y.npy beside X.npy, or target='FILE.npy'",
    )


def _beside(path: Path, target: str | None) -> Path:
    """The file with the classes to a .npy file of features."""
    return (
        path.with_name("y.npy") if target in (None, NPY_TARGET) else Path(str(target))
    )


def _check_shape(path: Path, source: Source) -> None:
    """Names that are twice or not there, and no rows; of one row of nothing."""
    one = [pa.nulls(min(source.rows, 1), field.type) for field in source.schema]
    files._check_shape(path, pa.table(one, names=source.schema.names))
