"""Numbers in columns: got above want, wrong entries marked, long rows cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# Rows of a block that are shown; the others are counted.
ROWS = 4
# Entries that are looked at for the width of a cell: a page holds fewer.
MOST = 100
GAP = "  "
# Six digits are enough to recognise a number; more are shown until got and want differ.
DIGITS = (6, 9, 12, 17)


def number(value: Any, digits: int = DIGITS[0]) -> str:
    """A number as people write it: no more zeros than it has.

    >>> number(0.25), number(1.0), number(-4.248354255291589e-18), number(True)
    ('0.25', '1', '-4.24835e-18', 'True')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return f"{float(value):.{digits}g}"


@dataclass(frozen=True)
class Grid:
    """How numbers are laid out: digits, width of a cell, which entries are wrong."""

    width: int
    digits: int = DIGITS[0]
    cell: int = 1
    marks: Any = None

    def lines(self, array: Any, carets: bool = False) -> list[str]:
        """The rows of an array, each with a line of carets below its wrong entries.

        An array of three axes is a stack of such blocks; a vector is one row.
        """
        if not np.size(array):
            return [f"empty, of shape {np.shape(array)}"]
        blocks = _blocks(np.asarray(array))
        marks = np.zeros(blocks.shape, bool)
        if self.marks is not None:
            marks = _blocks(np.asarray(self.marks))
        told: list[str] = []
        for block, marked in zip(blocks, marks, strict=True):
            told += [""] if told else []
            told += self._block(block, marked, carets)
        return told

    def _block(self, block: Any, marks: Any, carets: bool) -> list[str]:
        rows = _chosen(block.shape[0], marks.any(axis=1), ROWS)
        texts = {row: [number(v, self.digits) for v in block[row]] for row in rows}
        cell = max(self.cell, *(len(t) for row in texts.values() for t in row))
        columns = self._columns(block.shape[1], marks, cell)
        told: list[str] = []
        for row in rows:
            if row and row - 1 not in rows:
                told.append("...")
            told.append(f"[{_row(texts[row], columns, cell, '...')}]")
            if carets and marks[row].any():
                under = ["^" * cell if wrong else "" for wrong in marks[row]]
                told.append(f" {_row(under, columns, cell, '   ')}".rstrip())
        if len(rows) < block.shape[0] or len(columns) < block.shape[1]:
            told.append(f"... of shape {block.shape}")
        return told

    def _columns(self, count: int, marks: Any, cell: int) -> list[int]:
        """As many as the width has room for, with the places of those left out."""
        room = min(count, self.width)
        while True:
            columns = _chosen(count, marks.any(axis=0), room)
            length = 2 + len(_row([""] * count, columns, cell, "..."))
            if length <= self.width or room == 1:
                return columns
            room -= 1


def grid_of(width: int, got: Any, want: Any, marks: Any) -> Grid:
    """One grid for got and want: the same columns, and digits enough to tell them."""
    got, want, marks = map(np.atleast_1d, (got, want, marks))
    digits = next((d for d in DIGITS if _differ(got, want, marks, d)), DIGITS[-1])
    shown = (*_front(got, marks), *_front(want, marks))
    cell = max((len(number(value, digits)) for value in shown), default=1)
    return Grid(width, digits, cell, None if marks.all() else marks)


def _front(array: Any, marks: Any) -> list[float]:
    """The entries that are shown, or a few more."""
    return [*array[..., :MOST].ravel()[:MOST], *array[marks][:MOST]]


def _differ(got: Any, want: Any, marks: Any, digits: int) -> bool:
    pairs = zip(got[marks][:MOST], want[marks][:MOST], strict=True)
    return all(number(a, digits) != number(b, digits) for a, b in pairs)


def _blocks(array: Any) -> Any:
    """Blocks of rows: at least one axis before the last two."""
    array = np.atleast_2d(array)
    return array.reshape(-1, *array.shape[-2:])


def _chosen(count: int, marked: Any, room: int) -> list[int]:
    """Which rows or columns to show: marked ones first, then from the front."""
    if count <= room:
        return list(range(count))
    first = [int(i) for i in np.flatnonzero(marked)[:room]]
    rest = [i for i in range(2 * room) if i not in first]
    return sorted((first + rest)[:room])


def _row(texts: list[str], columns: list[int], cell: int, gap: str) -> str:
    told: list[str] = []
    for column in columns:
        if column and column - 1 not in columns:
            told.append(gap)
        told.append(texts[column].rjust(cell))
    if columns[-1] != len(texts) - 1:
        told.append(gap)
    return GAP.join(told)
