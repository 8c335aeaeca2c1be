"""Cross-entropy of class ids, row by row: one read of the logits, one write of it.

    L     = log(1 + others / largest) - (x_t - m) / T          value
    x_bar = w (y - [j = t]) / T                                and gradient

At the label the gradient is minus the sum of the others, never y_t - 1.  The
pushforward is <y, g> - g_t, both about the mean; the curvature is softmax's pushforward
times w.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._centre import finite
from ._compile import inlined, kernel
from ._elementary import two_sum
from ._log import put_logs_of_sums
from ._mean import mean
from ._memory import at, get, keep, no_lanes, put
from ._partition import marked, others_of, partition
from ._room import (
    FACTOR,
    LARGEST,
    LOG,
    REST,
    SUM,
    inverse_of,
    room_for,
    together,
)
from ._row import confident
from ._scale import put_rows_scaled, put_scales
from ._sum import two_product


@inlined
def label(ids: Any, row: int, length: int) -> int:
    """The class of a row, or 0 where it is none: nothing beyond the row is read."""
    t = ids[row]
    return t if 0 <= t < length else 0


@inlined
def put_label_aside(length: int, i: int, t: int, room: Any) -> None:
    """Minus the sum of the others, in place of the label's exponential.

    Where the label has nearly all of the sum, the others are added by themselves.
    """
    e, pitch, stride, n = room
    own = np.float64(get(e, i * pitch + t * stride))
    rest = (get(n, SUM + i) - own) + get(n, REST + i)
    if not rest > own * confident(no_lanes(e)):
        rest = others_of(length, i, own, room)
    put(e, i * pitch + t * stride, -rest)


@inlined
def loss_of(x: float, m: float, inverse: Any, log: float) -> float:
    """log - (x - m) / T for finite x; infinite where x is -inf."""
    a, b = np.float64(m), np.float64(x)
    if b == -np.inf:
        return np.inf
    d, lost = two_sum(a, -b)
    q, more = two_product(d, inverse[0])
    return (q + log) + (more + (lost * inverse[0] + d * inverse[1]))


@inlined
def put_losses(
    x: Any, ids: Any, base: int, length: int, count: int, inverse: Any, n: Any, L: Any
) -> None:
    """The losses of `count` rows from their logarithms."""
    for i in range(count):
        own = get(x, (base + i) * length + label(ids, base + i, length))
        L[base + i] = loss_of(own, get(n, LARGEST + i), inverse, get(n, LOG + i))


@kernel
def value(
    X: Any,
    ids: Any,
    L: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
) -> int:
    """The loss of every row."""
    left = 0
    x, seen = at(X, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_logs_of_sums(length, count, inverse, room)
        for i in range(count):
            if not 0 <= ids[base + i] < length:
                left += 1
                put(seen, base + i, 1)
        put_losses(x, ids, base, length, count, inverse, n, L)
    keep(scratch)
    keep(numbers)
    return left


@kernel
def value_and_grad(
    X: Any,
    ids: Any,
    W: Any,
    L: Any,
    G: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    streaming: bool,
) -> int:
    """The loss of every row, and W[row] / T times its gradient."""
    left = 0
    x, g, seen = at(X, 0), at(G, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_logs_of_sums(length, count, inverse, room)
        put_losses(x, ids, base, length, count, inverse, n, L)
        for i in range(count):
            weight, t = W[base + i] * high, label(ids, base + i, length)
            own = get(x, (base + i) * length + t)
            if not (t == ids[base + i] and own > -np.inf and finite(weight)):
                left += 1
                put(seen, base + i, 1)
            put(n, FACTOR + i, weight)
            put_label_aside(length, i, t, room)
        put_scales(x, count, n)
        put_rows_scaled(length, count, room, at(g, base * length), streaming)
    keep(scratch)
    keep(numbers)
    return left


@kernel
def pushforward(
    X: Any,
    Y: Any,
    G: Any,
    ids: Any,
    F: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
) -> int:
    """(<y, g> - g_t) / T, from y."""
    left = 0
    x, y, g = at(X, 0), at(Y, 0), at(G, 0)
    for row in range(start, stop):
        k = row * length
        c = mean(at(y, k), at(g, k), length)
        t = k + label(ids, row, length)
        f = ((c[0] - np.float64(get(g, t))) + c[1]) * high
        F[row] = f
        # A dead label's seed is not read: that row is the rule's.
        if f - f != 0.0 or not get(x, t) > -np.inf:
            marks[row] = 1
            left += 1
    return left
