"""Softmax, row by row: in base two, in three sweeps within the caches.

    y = p 2^(n - N) / sum_k p_k 2^(n_k - N)           value, times a number a row
    v = y * (g - <y, g>)                              pushforward and pullback
    v = y * (a b - <y, a b>), a and b centred         curvature

Bytes: one read and one write of the row; its exponentials stay in the cache.
"""

from __future__ import annotations

from typing import Any

from ._centre import finite, put_curved
from ._compile import kernel
from ._jet import jet
from ._memory import at, keep, put
from ._partition import marked, partition
from ._push import push
from ._room import FACTOR, inverse_of, room_for, together
from ._scale import put_rows_scaled, put_scales
from ._sum import words


@kernel
def value(
    X: Any,
    S: Any,
    Y: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    factor: float,
    streaming: bool,
) -> int:
    """factor S[row] y, or factor y where S is empty."""
    left = 0
    x, y, seen = at(X, 0), at(Y, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        for i in range(count):
            times = factor * S[base + i] if len(S) else factor
            if not finite(times):
                left += 1
                put(seen, base + i, 1)
            put(n, FACTOR + i, times)
        put_scales(x, count, n)
        put_rows_scaled(length, count, room, at(y, base * length), streaming)
    keep(scratch)
    keep(numbers)
    return left


@kernel
def jvp(
    X: Any,
    G: Any,
    S: Any,
    Y: Any,
    V: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    outer: float,
    outer_low: float,
    streaming: bool,
) -> int:
    """y into Y, unless that is empty, and S[row] times a number y C(g) into V."""
    rows, words = (length, start, stop), ((high, low), (outer, outer_low))
    return jet((X, G, Y, V), S, marks, rows, *words, streaming)


@kernel
def curvature(
    Y: Any,
    A: Any,
    B: Any,
    V: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    fall: float,
    streaming: bool,
) -> int:
    """1 / T^2 times y C(C(a) C(b)), from y / fall."""
    left = 0
    y, a, b, v = at(Y, 0), at(A, 0), at(B, 0), at(V, 0)
    for row in range(start, stop):
        k = row * length
        rows = at(y, k), at(a, k), at(b, k)
        near, rest = words(y, high, low)
        scale = near, rest, fall
        seen = put_curved(*rows, length, scale, at(v, k), streaming)
        if not finite(seen):
            marks[row] = 1
            left += 1
    return left


@kernel
def from_value(
    Y: Any,
    G: Any,
    V: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    slack: float,
    streaming: bool,
) -> int:
    """y C(g) / T from a y that someone holds.

    A row of it whose sum is off 1 by more than `slack` is left to the rule: it has lost
    mass to a sink, or is no value of softmax.
    """
    rows = length, start, stop
    return push((Y, G, V), marks, rows, (high, low), slack, streaming)
