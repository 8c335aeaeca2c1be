"""A file of predictions, written batch by batch and moved in place when it is whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from softjet.errors import Refusal
from softjet.learn.atomic import writing

Writer = pyarrow.csv.CSVWriter | pyarrow.parquet.ParquetWriter


@contextmanager
def written(out: Path, schema: pa.Schema) -> Iterator[Any]:
    """A writer of tables of `schema`: CSV, or Parquet where `out` is called so.

    Only an earlier file with the same columns is replaced.
    """
    parquet = out.suffix.lower() in (".parquet", ".pq")
    if out.exists() and not (out.is_file() and _columns(out, parquet) == schema.names):
        raise Refusal(
            "out-taken",
            "the place for the results holds something else, which stays untouched",
            got=str(out),
            want="a name that is free, or an earlier file of softjet predict",
            hint="another --out",
        )
    with writing(out):
        handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=".softjet-")
    try:
        with os.fdopen(handle, "wb") as file:
            kind = pyarrow.parquet.ParquetWriter if parquet else pyarrow.csv.CSVWriter
            with kind(file, schema) as writer:
                yield writer
            with writing(out):
                file.flush()
                os.fsync(file.fileno())
        with writing(out):
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, out)
    finally:
        Path(name).unlink(missing_ok=True)


def _columns(path: Path, parquet: bool) -> list[str]:
    """Names of a file's columns; none where it is another kind of file."""
    try:
        if parquet:
            return list(pyarrow.parquet.read_schema(path).names)
        with path.open("rb") as file:
            header = file.readline()
        return list(pyarrow.csv.read_csv(pa.py_buffer(header)).column_names)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return []


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
