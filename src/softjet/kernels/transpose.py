"""Rows that lie across, to flat rows and back: by tiles, at the speed of memory.

Along the first axis of a C array a row's entries are a pitch apart, and its neighbours'
lie beside them.  A copy that follows the rows touches a line of memory for each entry;
a tile takes a line's worth of rows at once, and every line it touches whole.

The strided side comes as its first line, a flat array, and a pitch: one type of
argument whatever the layout, and so one kernel.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._memory import at, head_of, prefetch
from ._square import side_of, transpose, transpose_past, transpose_some


@kernel
def gather(X: Any, pitch: int, Y: Any, length: int) -> None:
    """Into flat Y the rows that begin at X, `pitch` entries from entry to entry."""
    x, y, count = at(X, 0), at(Y, 0), len(X)
    side = side_of(x)
    for k in range(0, length, side):
        if k + 3 * side <= length:
            _ask(at(x, (k + 2 * side) * pitch), pitch, count)
        for i in range(0, count, side):
            here, there = at(x, k * pitch + i), at(y, i * length + k)
            lines, columns = min(side, length - k), min(side, count - i)
            _tile(here, pitch, there, length, lines, columns, False)


@kernel
def scatter(X: Any, Y: Any, pitch: int, length: int, streaming: bool) -> None:
    """The flat rows of X to where they begin at Y; past the caches if streaming."""
    x, y, count = at(X, 0), at(Y, 0), len(Y)
    side = side_of(x)
    # Only whole lines of memory go past the caches: begun at one, all are.
    past = streaming and pitch % side == 0
    head = head_of(y, count, past)
    for k in range(0, length, side):
        i = 0
        while i < count:
            here, there = at(x, i * length + k), at(y, k * pitch + i)
            lines = head if i < head else min(side, count - i)
            _tile(here, length, there, pitch, lines, min(side, length - k), past)
            i += lines


@inlined
def _tile(
    x: Any, x_pitch: int, y: Any, y_pitch: int, lines: int, columns: int, past: bool
) -> None:
    """One tile, or what there is of one."""
    side = side_of(x)
    if lines < side or columns < side:
        transpose_some(x, x_pitch, y, y_pitch, lines, columns)
    elif past:
        transpose_past(x, x_pitch, y, y_pitch)
    else:
        transpose(x, x_pitch, y, y_pitch)


@inlined
def _ask(x: Any, pitch: int, count: int) -> None:
    """For the lines two tiles on: a pitch is too long a step for the processor's guess.

    0.33 ns an entry at (4000, 4096) float32, 32 rows at a time, against 0.89 without.
    """
    side = side_of(x)
    for k in range(side):
        for i in range(0, count, side):
            prefetch(x, k * pitch + i)
