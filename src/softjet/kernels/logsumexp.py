"""Logsumexp, row by row: one read of the logits, nothing as large as they are kept.

    f = m / T + log(1 + (sum of the others) / (largest exponential))      value
    f_dot = <y, x_dot>                                                    pushforward

The pullback is softmax times a number a row, the curvature its pushforward.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import kernel
from ._log import put_values
from ._memory import at, get, keep
from ._room import entries_of, inverse_of, room_of
from ._row import AT_ONCE, answerable, partition, rows_at_once
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
    x = at(X, 0)
    inverse = inverse_of(x, high, low)
    rows = rows_at_once(length)
    scratch = np.empty(entries_of(x, length), X.dtype)
    numbers = np.empty(3 * AT_ONCE)
    room = room_of(scratch, numbers, length)
    _, _, m, sums, _ = room
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        for i in range(count):
            if not answerable(get(m, i), get(sums, i), inverse):
                marks[base + i] = 1
                left += 1
        put_values(x, length, count, inverse, room)
        for i in range(count):
            F[base + i] = get(sums, i)
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
