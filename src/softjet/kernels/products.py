"""Products of matrices into memory that is there already, by tiles.

    c = a b, or c + a b,      a, b of any strides, c of whole lines

b is taken a panel at a time, as wide as a tile and `DEEP` lines long, and laid side by
side on the way; a is read as it lies.  Rows and columns beyond whole tiles go through
scratch, so nothing outside is read or written.

A panel is used by all rows: from some hundred rows on, laying it costs 1 to 3 % of what
is multiplied with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, kernel
from ._memory import at, before_line, get, keep, lanes_of, load, prefetch, put, store
from ._square import side_of, transpose, transpose_some
from ._tile import ROWS, VECTORS, tile

# Lines of a panel, and terms of a sum that begins at 0 and is added to c at its end.  A
# chain that went on from c would be as long as all depths together: at a depth of 2048
# its relative error was 8.1e-7 in float32, in sums of 256 2.9e-7, of 128 2.2e-7
# (OpenBLAS has 3.7e-7, MKL 2.5e-7), at the same speed.
DEEP = 128


@inlined
def put_lines(b: Any, pitch: int, depth: int, held: int, panel: Any) -> None:
    """Lines of b, as they lie, filled up with zeros."""
    lanes = lanes_of(b)
    width = VECTORS * lanes
    for k in range(depth):
        if held == width:
            # The next panel's, which lie beside them: a line is a page of its own.
            prefetch(b, k * pitch + width)
            prefetch(b, k * pitch + width + lanes)
            store(panel, k * width, load(b, k * pitch))
            store(panel, k * width + lanes, load(b, k * pitch + lanes))
        else:
            for j in range(held):
                put(panel, k * width + j, get(b, k * pitch + j))


@inlined
def put_columns(b: Any, pitch: int, depth: int, held: int, panel: Any) -> None:
    """Columns of b that lie `pitch` apart, side by side."""
    side, width = side_of(b), VECTORS * lanes_of(b)
    for j in range(0, held, side):
        lines = min(side, held - j)
        for k in range(0, depth, side):
            here, there = at(b, j * pitch + k), at(panel, k * width + j)
            if lines == side and k + side <= depth:
                for i in range(side):
                    prefetch(here, (width + i) * pitch)
                transpose(here, pitch, there, width)
            else:
                columns = min(side, depth - k)
                transpose_some(here, pitch, there, width, lines, columns)


@inlined
def put_panel(b: Any, row: int, column: int, depth: int, held: int, panel: Any) -> None:
    """`held` columns of b, `depth` long, side by side; zeros beside them."""
    width = VECTORS * lanes_of(b)
    if held < width:
        for k in range(depth * width):
            put(panel, k, 0.0)
    if column == 1:
        put_lines(b, row, depth, held, panel)
    elif row == 1:
        put_columns(b, column, depth, held, panel)
    else:
        for k in range(depth):
            for j in range(held):
                put(panel, k * width + j, get(b, k * row + j * column))


@inlined
def put_edge(a: Any, row: int, column: int, depth: int, count: int, edge: Any) -> None:
    """The last rows of a, fewer than a tile has, turned and filled up with zeros."""
    for k in range(depth):
        for i in range(ROWS):
            value = get(a, i * row + k * column) if i < count else 0.0
            put(edge, k * ROWS + i, value)


@inlined
def add_tile(room: Any, out: Any, pitch: int) -> None:
    """A whole tile, to what is in c."""
    lanes = lanes_of(room)
    width = VECTORS * lanes
    for i in range(ROWS):
        for v in range(0, width, lanes):
            here = i * pitch + v
            store(out, here, load(out, here) + load(room, i * width + v))


@inlined
def put_part(room: Any, rows: int, held: int, out: Any, pitch: int, add: int) -> None:
    """The part of a tile that is there, into c."""
    width = VECTORS * lanes_of(room)
    for i in range(rows):
        for j in range(held):
            value = get(room, i * width + j)
            if add:
                value += get(out, i * pitch + j)
            put(out, i * pitch + j, value)


@kernel
def multiply(
    A: Any,
    a_row: int,
    a_column: int,
    B: Any,
    b_row: int,
    b_column: int,
    C: Any,
    pitch: int,
    rows: int,
    columns: int,
    depth: int,
    add: bool,
) -> None:
    """C = A B, or C + A B: A and B from row to row and column to column."""
    a, b, c = at(A, 0), at(B, 0), at(C, 0)
    width, deep = VECTORS * lanes_of(a), min(DEEP, depth)
    scratch = np.empty((width + ROWS) * deep + (ROWS + 2) * width, A.dtype)
    panel = at(scratch, before_line(at(scratch, 0), 0))
    edge, room = at(panel, width * deep), at(panel, (width + ROWS) * deep)
    last = rows // ROWS * ROWS
    for k in range(0, depth, DEEP):
        here, more = min(DEEP, depth - k), 1 if k > 0 or add else 0
        if last < rows:
            start = at(a, last * a_row + k * a_column)
            put_edge(start, a_row, a_column, here, rows - last, edge)
        for e in range(0, columns, width):
            held = min(width, columns - e)
            beside = at(b, k * b_row + e * b_column)
            put_panel(beside, b_row, b_column, here, held, panel)
            for i in range(0, rows, ROWS):
                p, row, column = at(a, i * a_row + k * a_column), a_row, a_column
                if i == last:
                    p, row, column = edge, 1, ROWS
                out, whole = at(c, i * pitch + e), i < last and held == width
                # One call for all: what is inlined once compiles in half of the time.
                if whole and not more:
                    to, apart = out, pitch
                else:
                    to, apart = room, width
                tile(p, row, column, panel, width, here, to, apart, 0)
                if whole and more:
                    add_tile(room, out, pitch)
                elif not whole:
                    put_part(room, min(ROWS, rows - i), held, out, pitch, more)
    keep(A)
    keep(B)
    keep(C)
    keep(scratch)
