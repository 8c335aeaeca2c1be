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

from ._compile import inlined, kernel
from ._elementary import two_sum
from ._log import put_logs_of_sums
from ._mean import mean
from ._memory import at, get, keep, no_lanes, put
from ._room import entries_of, inverse_of, room_of
from ._row import (
    AT_ONCE,
    answerable,
    others,
    partition,
    peak,
    put_scaled,
    rows_at_once,
)
from ._sum import quotient, two_product


@inlined
def label(ids: Any, row: int, length: int) -> int:
    """The class of a row, or 0 where it is none: nothing beyond the row is read."""
    t = ids[row]
    return t if 0 <= t < length else 0


@inlined
def put_label_aside(
    e: Any, length: int, t: int, m: float, inverse: Any, s: Any
) -> None:
    """Minus the sum of the others, in place of the label's exponential."""
    own, top = np.float64(get(e, t)), np.float64(peak(m, no_lanes(e), inverse))
    rest = (s[0] - own) + s[1]
    if own == top:
        rest = others(e, length, top, s[0], s[1])
    put(e, t, -rest)


@inlined
def loss_of(x: float, m: float, inverse: Any, log: float) -> float:
    """log - (x - m) / T for finite x; infinite where x is -inf."""
    a, b = np.float64(m), np.float64(x)
    if b == -np.inf:
        return np.inf
    d, lost = two_sum(a, -b)
    q, more = two_product(d, inverse[0])
    return (q + log) + (more + (lost * inverse[0] + d * inverse[1]))


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
            right = answerable(get(m, i), get(sums, i), inverse)
            if not (right and 0 <= ids[base + i] < length):
                marks[base + i] = 1
                left += 1
        put_logs_of_sums(length, count, inverse, room)
        for i in range(count):
            own = get(x, (base + i) * length + label(ids, base + i, length))
            L[base + i] = loss_of(own, get(m, i), inverse, get(sums, i))
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
    x, g = at(X, 0), at(G, 0)
    inverse = inverse_of(x, high, low)
    rows = rows_at_once(length)
    scratch = np.empty(entries_of(x, length), X.dtype)
    numbers, scales = np.empty(3 * AT_ONCE), np.empty((AT_ONCE, 2))
    room = room_of(scratch, numbers, length)
    e, pitch, m, sums, rests = room
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        for i in range(count):
            weight = W[base + i] * high
            t = label(ids, base + i, length)
            right = answerable(get(m, i), get(sums, i), inverse) and t == ids[base + i]
            own = get(x, (base + i) * length + t)
            if not (right and own > -np.inf and weight - weight == 0.0):
                marks[base + i] = 1
                left += 1
            scales[i] = quotient(x, weight, get(sums, i), get(rests, i))
        # The logarithms take the place of the sums, so the sums are used up first.
        for i in range(count):
            s = get(sums, i), get(rests, i)
            row = at(e, i * pitch)
            t = label(ids, base + i, length)
            own = get(row, t)
            put_label_aside(row, length, t, get(m, i), inverse, s)
            k = (base + i) * length
            scale = scales[i, 0], scales[i, 1]
            put_scaled(row, length, scale, at(g, k), streaming)
            put(row, t, own)
        put_logs_of_sums(length, count, inverse, room)
        for i in range(count):
            own = get(x, (base + i) * length + label(ids, base + i, length))
            L[base + i] = loss_of(own, get(m, i), inverse, get(sums, i))
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
