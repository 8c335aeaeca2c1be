"""factor y C(g) of rows: what softmax's pushforward is, and its pullback.

Rows no longer than a vector are turned, as in _partition.py, so that nothing goes
across lanes.  What _mean.py says of the two means holds there too: the largest entry's
own seed is the first where it has half of the mass, or is the mean but for rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._centre import faint, finite, put_centred, whole
from ._compile import inlined
from ._lanes import counted, signs_of, unsigned
from ._mean import near_to, put_means, scrubbed
from ._memory import (
    at,
    before_line,
    get,
    keep,
    lanes_of,
    load,
    load_as,
    no_lanes,
    no_sum,
    put,
    some,
    store,
)
from ._room import COLUMNS, LOG, SCALE, SCALE_REST, together, turned
from ._row import AT_ONCE
from ._sum import gathered, words
from ._turn import turn, turn_out
from ._vector import fused, magnitude, narrowed, select, splat, widened


@inlined
def push_each(
    operands: Any,
    length: int,
    count: int,
    scales: Any,
    means: Any,
    slack: float,
    streaming: bool,
) -> int:
    """Rows one by one; gives how many are wrong, whose flags are not 0."""
    y, apart, g, v = operands
    n, fall = scales
    left = 0
    put_means(y, apart, g, length, count, means)
    for i in range(count):
        row, scale = at(means, 4 * i), (get(n, SCALE + i), get(n, SCALE_REST + i), fall)
        weight, seed = at(y, i * apart), at(g, i * length)
        out = at(v, i * length)
        if finite(get(row, 0) + get(row, 1)):
            seen = put_centred(weight, seed, length, row, scale, out, streaming)
        else:
            clean = scrubbed(weight, seed, length)
            seed = at(clean, 0)
            put_means(weight, apart, seed, length, 1, row)
            seen = put_centred(weight, seed, length, row, scale, out, streaming)
            keep(clean)
        right = finite(seen) and whole(row, slack)
        put(n, LOG + i, 0.0 if right else 1.0)
        left += not right
    return left


@inlined
def means_turned(p: Any, q: Any, length: int) -> Any:
    """The two means of each lane, its mass, and where no entry of y has a sign."""
    lanes, zero, none = lanes_of(p), no_lanes(p), no_sum(p)
    w = w_low = a = a_low = b = b_low = none
    top = seed = signs = zero
    for k in range(length):
        y = load(p, k * lanes)
        # A seed is not read where y is 0.
        g = select(y == zero, zero, load(q, k * lanes))
        store(q, k * lanes, g)
        w, w_low = gathered(w, w_low, widened(y))
        a, a_low = gathered(a, a_low, widened(y) * widened(g))
        more = y > top
        top, seed = select(more, y, top), select(more, g, seed)
        signs = signs_of(signs, y)
    ref, most = widened(seed), widened(top)
    c = a / w
    near = splat(none, near_to(zero)) * magnitude(ref) >= magnitude(c - ref)
    first = narrowed(select(near | (most + most >= w), ref, c), zero)
    for k in range(length):
        h = load(q, k * lanes) - first
        b, b_low = gathered(b, b_low, widened(load(p, k * lanes)) * widened(h))
    mass = w + w_low
    return first, (b + b_low) / mass, mass, unsigned(signs)


@inlined
def push_turned(
    operands: Any, length: int, count: int, scales: Any, slack: float
) -> int:
    """As many rows as lanes at once, y in p; wrong ones are flagged as in `push_each`.

    The answer takes the place of the seeds, in the square q, on its way to v.
    """
    p, q, g, v = operands
    n, fall = scales
    lanes, zero, none = lanes_of(p), no_lanes(p), no_sum(p)
    own = some(zero, length)
    turn(g, length, count, own, q)
    first, rest, mass, right = means_turned(p, q, length)
    high = narrowed(load_as(zero, n, SCALE), zero)
    low = narrowed(load_as(zero, n, SCALE_REST), zero)
    seen = zero
    near = narrowed(rest, zero)
    for k in range(length):
        h = (load(q, k * lanes) - first) - near
        out = fused(load(p, k * lanes), h, zero)  # 0 without a sign where y is 0
        out = fused(out, high, out * low) * splat(zero, fall)
        seen = fused(out, zero, seen)
        store(q, k * lanes, out)
    turn_out(q, v, length, count, own)
    # A scale above 1 would bring the digits in sight that a tiny second word has lost.
    small, size = splat(zero, 1.0) >= magnitude(high), magnitude(rest)
    told = (size >= splat(size, faint(zero))) | (size == none)
    right = right & (small | told) & (seen == zero)
    right = right & (fused(first, zero, near * zero) == zero)
    off = magnitude(mass - splat(mass, 1.0))
    right = right & (splat(mass, slack) >= off)
    store(n, LOG, select(right, none, splat(mass, 1.0)))
    return lanes - counted(right)


@inlined
def push(
    arrays: Any, marks: Any, rows: Any, inverse: Any, slack: float, streaming: bool
) -> int:
    """y C(g) / T, of rows = length, start, stop.

    Marks the rows that are not finite, and those whose y sums to 1 with more than
    `slack` missing, or has a sign.
    """
    Y, G, V = arrays
    y, g, v, seen = at(Y, 0), at(G, 0), at(V, 0), at(marks, 0)
    length, start, stop = rows
    left, step = 0, together(y, length)
    scratch, numbers = squares_of(Y), np.empty(COLUMNS + 4 * AT_ONCE)
    p, n = square(scratch, 0), at(numbers, 0)
    near, rest = words(y, *inverse)
    for i in range(AT_ONCE):
        put(n, SCALE + i, near)
        put(n, SCALE_REST + i, rest)
    for base in range(start, stop, step):
        count, k = min(step, stop - base), base * length
        if turned(y, length):
            turn(at(y, k), length, count, some(no_lanes(y), length), p)
            operands = p, square(scratch, 1), at(g, k), at(v, k)
            wrong = push_turned(operands, length, count, (n, 1.0), slack)
        else:
            each, means = (at(y, k), length, at(g, k), at(v, k)), at(n, COLUMNS)
            wrong = push_each(each, length, count, (n, 1.0), means, slack, streaming)
        left += flagged(seen, base, count, wrong, n)
    keep(numbers)
    keep(scratch)
    return left


@inlined
def squares_of(Y: Any) -> Any:
    """Scratch for two squares of lanes, and to align them."""
    lanes = lanes_of(at(Y, 0))
    return np.empty(2 * lanes * lanes + lanes, Y.dtype)


@inlined
def square(scratch: Any, number: int) -> Any:
    """One of them."""
    start = at(scratch, 0)
    lanes = lanes_of(start)
    return at(start, before_line(start, 0) + number * lanes * lanes)


@inlined
def flagged(marks: Any, base: int, count: int, wrong: int, n: Any) -> int:
    """Mark the rows with a flag; gives how many."""
    left = 0
    if wrong:
        for i in range(count):
            if get(n, LOG + i) != 0.0:
                left += 1
                put(marks, base + i, 1)
    return left
