"""Some rows of a larger table: a Frame whose refusals count rows from the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute

from softjet.errors import Refusal
from softjet.learn.frame import Frame

# Where texts of refusals name a row of the batch: at their beginning or end.
_PLACES = re.compile(r"^row (\d+)|(?<=no number in row )(\d+)$")

Spelling = Callable[[str, int], str]


class Batch(Frame):
    """Rows `first`, `first` + 1, ... of `source`.

    `spelling(name, row)` is how a cell of the batch is written in the file.
    """

    def __init__(
        self, table: pa.Table, source: str, first: int, spelling: Spelling | None = None
    ) -> None:
        super().__init__(table, source)
        self.first, self.spelling = first, spelling

    def _missing(self, name: str, column: pa.ChunkedArray) -> Refusal:
        row = pyarrow.compute.index(column.is_null(), True).as_py()
        text = self.spelling(name, row) if self.spelling else ""
        read = f", where {text!r} was read as missing" if text else ""
        word = text and self.is_word(name)
        return Refusal(
            "value-missing",
            "a value is missing",
            got=f"row {row + 1}, column {name!r} of {self.source}{read}",
            want="a value in every row of every column that is used",
            hint=f'write "{text}", in quotes, if it is a word'
            if word
            else "fill it in or leave the row out",
        )

    def slice(self, start: int, count: int) -> Batch:
        """Some of its rows."""
        spelling = self.spelling

        def moved(name: str, row: int) -> str:
            return spelling(name, start + row) if spelling else ""

        part = self.table.slice(start, count)
        return Batch(part, self.source, self.first + start, moved)


@contextmanager
def rows_counted(first: int) -> Iterator[None]:
    """Refusals of a batch that begins at row `first`, as of the whole table."""
    try:
        yield
    except Refusal as refusal:
        got = _PLACES.sub(
            lambda m: m[0].replace(m[1] or m[2], _moved(m, first)), refusal.got
        )
        raise type(refusal)(
            refusal.code,
            refusal.problem,
            got=got,
            want=refusal.want,
            hint=refusal.hint,
        ) from refusal.__cause__


def _moved(match: re.Match[str], first: int) -> str:
    return str(int(match[1] or match[2]) + first)
