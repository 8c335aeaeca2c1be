"""A Parquet file, or a folder of them in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from softjet.errors import Refusal
from softjet.learn import files
from softjet.learn.stored.amount import write_amount
from softjet.learn.stored.batch import Batch

# Of every column a page is held while rows go by, the dictionary of its values, as it
# is and decoded, and a buffer to read them from.  A megabyte is what pyarrow, Spark and
# DuckDB write of each at most.
PARTS, PAGE, LEAST_BUFFER, MOST_BUFFER = 3, 1 << 20, 1 << 12, 1 << 18


class ParquetSource:
    """Columns in row groups; read page by page."""

    def __init__(self, path: Path, working: int) -> None:
        self.name = str(path)
        self.files = parts_of(path) if path.is_dir() else [path]
        schemas, self.rows, self.pages = [], 0, 0
        for part in self.files:
            with _open(part) as file:
                schemas.append(file.schema_arrow)
                self.rows += file.metadata.num_rows
                self.pages = max(self.pages, _pages(file.metadata))
        self.schema = _joined(self.files, schemas)
        self.names = list(self.schema.names)
        self._fit(working)

    def batches(self, names: list[str], rows: int) -> Iterator[Batch]:
        first = 0
        for part in self.files:
            for table in self._tables(part, names, rows):
                yield Batch(table, self.name, first)
                first += table.num_rows

    def _fit(self, working: int) -> None:
        """Settle the buffers; refuses pages that do not fit into the memory."""
        buffer = working // 8 // max(len(self.names), 1)
        self.buffer = max(LEAST_BUFFER, min(MOST_BUFFER, buffer))
        most = working // 8 * 5  # a quarter is for batches, an eighth for buffers
        if self.pages > most:
            raise Refusal(
                "memory-columns",
                "a page of every column does not fit into the memory that was granted",
                got=f"{len(self.names)} columns, {write_amount(self.pages)} in pages of"
                f" {self.name}",
                want=f"at most {write_amount(most)}",
                hint="more memory, or row groups of fewer rows",
            )

    def _tables(self, part: Path, names: list[str], rows: int) -> Iterator[pa.Table]:
        with _open(part, self.buffer) as file:
            for batch in _batches(part, file, names, rows):
                yield self._typed(part, pa.Table.from_batches([batch]).select(names))

    def _typed(self, part: Path, table: pa.Table) -> pa.Table:
        """The batch in the types that all files have together."""
        table = files._plain(table)
        for i, field in enumerate(table.schema):
            wanted = self.schema.field(field.name).type
            if field.type != wanted:
                try:
                    column = table.column(i).cast(wanted)
                except pa.ArrowInvalid as error:
                    raise _other_type(part, field, wanted) from error
                table = table.set_column(i, field.name, column)
        return table


def _batches(
    part: Path, file: pyarrow.parquet.ParquetFile, names: list[str], rows: int
) -> Iterator[pa.RecordBatch]:
    """Batches of one row group after the other.

    Read as one, pyarrow 26 keeps what it decoded of each group until the file's end:
    157 MB after ten groups of 10 000 x 257 numbers, 46 MB after one.
    """
    for group in range(file.metadata.num_row_groups):
        found = file.iter_batches(rows, [group], columns=names, use_threads=False)
        while True:
            try:
                batch = next(found, None)
            except (pa.ArrowException, OSError) as error:
                raise _unreadable(part) from error
            if batch is None:
                break
            yield batch


def parts_of(folder: Path) -> list[Path]:
    """The Parquet files of a folder, by name."""
    parts = sorted(
        p for p in folder.iterdir() if p.suffix.lower() in (".parquet", ".pq")
    )
    if not parts:
        raise Refusal(
            "folder-empty",
            "no Parquet file in the folder",
            got=str(folder),
            want="a folder with files that end in .parquet",
        )
    return parts


def _pages(metadata: pyarrow.parquet.FileMetaData) -> int:
    """Bytes of a page of every column, in the row group with the most rows."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    if not groups:
        return 0
    group = max(groups, key=lambda one: one.num_rows)
    columns = [group.column(i) for i in range(group.num_columns)]
    return PARTS * sum(min(PAGE, one.total_uncompressed_size) for one in columns)


def _open(part: Path, buffer: int = LEAST_BUFFER) -> pyarrow.parquet.ParquetFile:
    try:
        # Not a dataset: it would make columns out of names of folders such as day=1.
        return pyarrow.parquet.ParquetFile(part, buffer_size=buffer)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(part) from error


def _joined(parts: list[Path], schemas: list[pa.Schema]) -> pa.Schema:
    """The types that hold for all files; refuses other names and types."""
    tables = [files._plain(schema.empty_table()) for schema in schemas]
    for part, table in zip(parts, tables, strict=True):
        if table.schema.names != tables[0].schema.names:
            raise Refusal(
                "parquet-columns",
                "the files of the folder hold different columns",
                got=f"{part.name}: {files.few(table.schema.names)}",
                want=f"as in {parts[0].name}: {files.few(tables[0].schema.names)}",
            )
    return files._join(parts, tables).schema


def _other_type(part: Path, field: pa.Field, wanted: pa.DataType) -> Refusal:
    return Refusal(
        "parquet-columns",
        "the files of the folder hold a column in different types",
        got=f"{part.name}: {field.name!r} of type {field.type}",
        want=f"as in the other files: {wanted}",
    )


def _unreadable(path: Path) -> Refusal:
    return Refusal(
        "parquet-unreadable",
        "this is not a whole Parquet file",
        got=f"{path}, {path.stat().st_size} bytes",
        want="a file that begins and ends with the bytes PAR1",
    )
