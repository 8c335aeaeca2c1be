"""Softmax and its pushforward in one pass: the exponentials of a row serve both.

    y = e / sum(e),   v = scale / sum(e) times e C(g)

The means of the seed are taken about the exponentials themselves, which carry 2^80.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._memory import at, get, keep, put
from ._partition import marked, partition
from ._push import flagged, push_each, push_turned, square, squares_of
from ._room import (
    COLUMNS,
    FACTOR,
    REST,
    SCALE,
    SCALE_REST,
    SUM,
    inverse_of,
    room_for,
    together,
    turned,
)
from ._row import LIFT
from ._scale import put_rows_scaled, put_scales
from ._sum import quotient

UP, DOWN = 2.0**LIFT, 2.0**-LIFT


@inlined
def put_outer(like: Any, i: int, outer: Any, factor: float, n: Any) -> None:
    """factor times a number in two words over the sum of row i, over 2^80 again."""
    high, low = outer[0] * factor * UP, outer[1] * factor * UP
    s = get(n, SUM + i)
    near, rest = quotient(like, high, s, get(n, REST + i))
    put(n, SCALE + i, near)
    put(n, SCALE_REST + i, rest + low / s)


@inlined
def jet(
    arrays: Any,
    S: Any,
    marks: Any,
    rows: Any,
    inverse: Any,
    outer: Any,
    streaming: bool,
) -> int:
    """y into Y unless that is empty, and S[row] outer y C(g) into V."""
    X, G, Y, V = arrays
    x, g, y, v, seen = at(X, 0), at(G, 0), at(Y, 0), at(V, 0), at(marks, 0)
    length, start, stop = rows
    left, step, inverse = 0, together(x, length), inverse_of(x, *inverse)
    room, scratch, numbers = room_for(X, length)
    squares, (e, pitch, _, n) = squares_of(X), room
    for base in range(start, stop, step):
        count, k = min(step, stop - base), base * length
        partition(at(x, k), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        for i in range(count):
            put_outer(x, i, outer, S[base + i] if len(S) else 1.0, n)
        if turned(x, length):
            operands = e, square(squares, 0), at(g, k), at(v, k)
            wrong = push_turned(operands, length, count, (n, DOWN), np.inf)
        else:
            each, means = (e, pitch, at(g, k), at(v, k)), at(n, COLUMNS)
            wrong = push_each(each, length, count, (n, DOWN), means, np.inf, streaming)
        left += flagged(seen, base, count, wrong, n)
        if len(Y):
            for i in range(count):
                put(n, FACTOR + i, 1.0)
            put_scales(x, count, n)
            put_rows_scaled(length, count, room, at(y, k), streaming)
    keep(scratch)
    keep(squares)
    keep(numbers)
    return left
