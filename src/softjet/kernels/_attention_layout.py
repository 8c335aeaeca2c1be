"""Arrays of attention as its blocks read them: lines of whole panels, or panels.

    lines     rows one after another, filled up with zeros to whole panels
    panels    (panel, width, columns): the rows of a panel side by side, transposed

A tile takes its second factor from lines as they lie, or transposed from panels.  Both
are copied once for a call, O(T) of memory, and shared by all blocks.  On the way what
is not finite is counted, head by head: a pass of its own took 8 % of a short call.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._memory import at, get, keep, put


@inlined
def spoilt(value: Any) -> int:
    """1 where a number is not finite."""
    return 0 if value - value == 0 else 1


@kernel
def count(X: Any, bad: Any, size: int, start: int, stop: int) -> None:
    """What is not finite among `size` entries a head."""
    x = at(X, 0)
    for head in range(start, stop):
        found = 0
        for k in range(head * size, (head + 1) * size):
            found += spoilt(get(x, k))
        bad[head] = found
    keep(X)


@kernel
def put_lines(
    X: Any,
    Y: Any,
    bad: Any,
    length: int,
    width: int,
    tall: int,
    line: int,
    scale: float,
    start: int,
    stop: int,
) -> None:
    """scale times (length, width), for heads start to stop, as (tall, line)."""
    for head in range(start, stop):
        x, y, found = at(X, head * length * width), at(Y, head * tall * line), 0
        for i in range(tall):
            held = width if i < length else 0
            for e in range(held):
                value = get(x, i * width + e)
                found += spoilt(value)
                put(y, i * line + e, value * scale)
            for e in range(held, line):
                put(y, i * line + e, 0.0)
        bad[head] = found
    keep(X)
    keep(Y)


@kernel
def put_panels(
    X: Any,
    Y: Any,
    bad: Any,
    length: int,
    width: int,
    panel: int,
    start: int,
    stop: int,
) -> None:
    """(length, width), for heads start to stop, as panels."""
    panels = (length + panel - 1) // panel
    for head in range(start, stop):
        x, found = at(X, head * length * width), 0
        y = at(Y, head * panels * panel * width)
        for p in range(panels):
            here = at(y, p * panel * width)
            for k in range(panel):
                i = p * panel + k
                for e in range(width if i < length else 0):
                    value = get(x, i * width + e)
                    found += spoilt(value)
                    put(here, e * panel + k, value)
                if i >= length:
                    for e in range(width):
                        put(here, e * panel + k, 0.0)
        bad[head] = found
    keep(X)
    keep(Y)
