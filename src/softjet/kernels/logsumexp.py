"""Logsumexp, row by row: one read of the logits, nothing as large as they are kept.

    f = m / T + log(1 + (sum of the others) / (largest exponential))      value
    f_dot = <y, x_dot>                                                    pushforward

The pullback is softmax times a number a row, the curvature its pushforward.
"""

from __future__ import annotations

from typing import Any

from ._compile import kernel
from ._log import put_values
from ._memory import at, get, keep
from ._partition import marked, put_sums
from ._room import LOG, inverse_of, room_for, together
from ._weigh import dot


@kernel
def value(
    X: Any,
    F: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
) -> int:
    """f of every row."""
    left = 0
    x, seen = at(X, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        put_sums(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_values(x, length, count, inverse, room)
        for i in range(count):
            F[base + i] = get(n, LOG + i)
    keep(scratch)
    keep(numbers)
    return left


@kernel
def pushforward(
    Y: Any,
    G: Any,
    F: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    rate: float,
) -> int:
    """<y, x_dot> rate, from y."""
    left = 0
    y, g = at(Y, 0), at(G, 0)
    for row in range(start, stop):
        f = dot(at(y, row * length), at(g, row * length), length) * rate
        F[row] = f
        if f - f != 0.0:
            marks[row] = 1
            left += 1
    return left
