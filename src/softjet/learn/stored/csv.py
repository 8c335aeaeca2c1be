"""A CSV in blocks of whole lines, each read as pyarrow reads a whole file.

What type a column has is known only when all of it has been seen: "007" is a number
until a word turns up, after which it is a word too.  So the blocks are read once to see
what each column looks like in every one of them, and then with types that hold for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from softjet.learn import files
from softjet.learn.stored.batch import Batch
from softjet.learn.stored.lines import blocks
from softjet.learn.stored.progress import Clock, Told
from softjet.learn.stored.types import kind_of, of_all


class CsvSource:
    """Lines of comma-separated cells below a header."""

    def __init__(
        self,
        path: Path,
        block: int,
        types: dict[str, pa.DataType],
        told: Told | None = None,
    ) -> None:
        self.path, self.name, self.files = path, str(path), [path]
        self.block, self.types, self.told = block, types, told
        files._check_bytes(path)
        self.names = self._header()

    @property
    def schema(self) -> pa.Schema:
        """Types that read every cell."""
        return self._looked[0]

    @property
    def rows(self) -> int:
        """Lines that are not empty."""
        return self._looked[1]

    def batches(self, names: list[str], rows: int) -> Iterator[Batch]:
        types = {name: self.schema.field(name).type for name in names}
        first = 0
        for block in self._blocks():
            table = self._read(block, types, names)
            whole = Batch(table, self.name, first, _Spelling(self.names, block))
            for start in range(0, len(whole), rows):
                yield whole.slice(start, rows)
            first += len(whole)

    def _header(self) -> list[str]:
        line = next(blocks(self.path, self.block), b"")
        try:
            table = pyarrow.csv.read_csv(pa.py_buffer(line), parse_options=_parse())
            files._check_text(self.path, table)
        except pa.ArrowInvalid as error:
            raise files._csv_refusal(self.path, str(error)) from error
        names = list(table.column_names)
        files._check_shape(self.path, pa.table([pa.nulls(1)] * len(names), names))
        return names

    @cached_property
    def _looked(self) -> tuple[pa.Schema, int]:
        """What each column is in all blocks together, and how many rows there are."""
        seen: list[set[pa.DataType]] = [set() for _ in self.names]
        clock = Clock(self.told, "types", self.path.stat().st_size, "bytes")
        rows = done = 0
        for block in self._blocks():
            table = self._read(block, self.types)
            for found, column in zip(seen, table.columns, strict=True):
                found.add(kind_of(column))
            rows, done = rows + table.num_rows, done + len(block)
            clock.to(done)
        fields = [
            (name, self.types.get(name) or of_all(kinds))
            for name, kinds in zip(self.names, seen, strict=True)
        ]
        schema = pa.schema(fields)
        files._check_text(self.path, schema.empty_table())
        return schema, rows

    def _blocks(self) -> Iterator[bytes]:
        found = blocks(self.path, self.block)
        next(found, b"")
        for block in found:
            if block.strip(b"\r\n"):
                yield block

    def _read(
        self,
        block: bytes,
        types: dict[str, pa.DataType],
        names: list[str] | None = None,
    ) -> pa.Table:
        convert = pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=names,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        try:
            return _table(block, self.names, convert)
        except pa.ArrowInvalid as error:
            raise files._csv_refusal(self.path, str(error)) from error


class _Spelling:
    """How a cell of a block is written, where it was read as missing."""

    def __init__(self, names: list[str], block: bytes) -> None:
        self.names, self.block = names, block

    def __call__(self, name: str, row: int) -> str:
        convert = pyarrow.csv.ConvertOptions(
            include_columns=[name], column_types={name: pa.string()}
        )
        return str(_table(self.block, self.names, convert)[name][row].as_py())


def _table(
    block: bytes, names: list[str], convert: pyarrow.csv.ConvertOptions
) -> pa.Table:
    read = pyarrow.csv.ReadOptions(
        column_names=names, use_threads=False, block_size=len(block) + 1
    )
    return pyarrow.csv.read_csv(
        pa.py_buffer(block),
        read_options=read,
        parse_options=_parse(),
        convert_options=convert,
    )


def _parse() -> pyarrow.csv.ParseOptions:
    return pyarrow.csv.ParseOptions(newlines_in_values=True)
