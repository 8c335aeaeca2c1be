"""Softmax, row by row: in base two, in three sweeps within the caches.

    y = p 2^(n - N) / sum_k p_k 2^(n_k - N)           value, times a number a row
    v = y * (g - <y, g>)                              pushforward and pullback
    v = y * (a b - <y, a b>), a and b centred         curvature

Bytes: one read and one write of the row; its exponentials stay in the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._centre import finite, put_centred, put_curved, whole
from ._compile import kernel
from ._mean import put_means
from ._memory import at, get, keep
from ._room import entries_of, inverse_of, room_of
from ._row import (
    AT_ONCE,
    answerable,
    partition,
    put_scaled,
    rows_at_once,
)
from ._sum import quotient, words


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
    x, y = at(X, 0), at(Y, 0)
    inverse = inverse_of(x, high, low)
    rows = rows_at_once(length)
    scratch = np.empty(entries_of(x, length), Y.dtype)
    numbers = np.empty(3 * AT_ONCE)
    room = room_of(scratch, numbers, length)
    e, pitch, m, sums, rests = room
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        for i in range(count):
            times = factor * S[base + i] if len(S) else factor
            if not (answerable(get(m, i), get(sums, i), inverse) and finite(times)):
                marks[base + i] = 1
                left += 1
            scale = quotient(x, times, get(sums, i), get(rests, i))
            out = at(y, (base + i) * length)
            put_scaled(at(e, i * pitch), length, scale, out, streaming)
    keep(scratch)
    keep(numbers)
    return left


@kernel
def times(Y: Any, factor: float, Z: Any, length: int, streaming: bool) -> None:
    """factor Y into Z."""
    put_scaled(at(Y, 0), length, (factor, 0.0), at(Z, 0), streaming)


@kernel
def pushforward(
    Y: Any,
    G: Any,
    S: Any,
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
    """S[row] / T times y C(g), from y / fall; the pullback is the same map."""
    left = 0
    y, g, v = at(Y, 0), at(G, 0), at(V, 0)
    rows = rows_at_once(length)
    means = np.empty((AT_ONCE, 4))
    for base in range(start, stop, rows):
        count, k = min(rows, stop - base), base * length
        put_means(at(y, k), at(g, k), length, count, at(means, 0))
        for i in range(count):
            k, row = (base + i) * length, base + i
            factor = S[row] if len(S) else 1.0
            near, rest = words(y, high * factor, low * factor)
            scale, c = (near, rest, fall), (means[i, 0], means[i, 1])
            operands = at(y, k), at(g, k), length
            seen = put_centred(*operands, c, scale, at(v, k), streaming)
            if not finite(seen + factor * 0.0):
                marks[row] = 1
                left += 1
    return left


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
    left = 0
    y, g, v = at(Y, 0), at(G, 0), at(V, 0)
    near, rest = words(y, high, low)
    scale = near, rest, 1.0
    rows = rows_at_once(length)
    means = np.empty((AT_ONCE, 4))
    for base in range(start, stop, rows):
        count, k = min(rows, stop - base), base * length
        put_means(at(y, k), at(g, k), length, count, at(means, 0))
        for i in range(count):
            k, c = (base + i) * length, (means[i, 0], means[i, 1])
            operands = at(y, k), at(g, k), length
            seen = put_centred(*operands, c, scale, at(v, k), streaming)
            if not (finite(seen) and whole(at(means, 4 * i), slack)):
                marks[base + i] = 1
                left += 1
    return left
