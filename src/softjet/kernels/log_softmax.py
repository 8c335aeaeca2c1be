"""Log-softmax, row by row.

    l = (x - m) / T - log(1 + (sum of the others) / (largest exponential))   value
    l_dot = C(x_dot), C(g) = g - <y, g>                                      pushforward
    x_bar = l_bar - y sum(l_bar)                                             pullback

The curvature is softmax's pushforward times minus the sum of the cotangent.
Derivatives read y and x: y says the weights, x which entries have left the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._centre import across, centred
from ._compile import inlined, kernel
from ._log import put_logs_of_sums
from ._mean import mean
from ._memory import (
    at,
    deliver,
    get,
    head_of,
    keep,
    lanes_of,
    load,
    load_some,
    no_lanes,
    put,
    some,
    store_some,
)
from ._partition import marked, partition
from ._room import LARGEST, LOG, inverse_of, room_for, together
from ._row import largest
from ._sum import words
from ._vector import fused, select, splat
from ._weigh import live_sum, place_of, sum_but


@kernel
def value(
    X: Any,
    L: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    streaming: bool,
) -> int:
    """l of every entry."""
    left = 0
    x, out, seen = at(X, 0), at(L, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_logs_of_sums(length, count, inverse, room)
        for i in range(count):
            k, m = (base + i) * length, get(n, LARGEST + i)
            log = words(x, get(n, LOG + i), 0.0)
            put_below(at(x, k), length, m, inverse, log, at(out, k), streaming)
    keep(scratch)
    keep(numbers)
    return left


@inlined
def below(x: Any, m: Any, inverse: Any, log: Any) -> Any:
    """(x - m) / T - log, the last in two words."""
    d = x - m
    if inverse[0] != 1.0:
        t = fused(d, splat(d, inverse[0]), d * splat(d, inverse[1]))
        # A dead entry times a low word of the other sign would be inf - inf.
        d = select(d > splat(d, -np.inf), t, d)
    return (d - splat(d, log[0])) - splat(d, log[1])


@inlined
def put_below(
    x: Any, length: int, m: float, inverse: Any, log: Any, out: Any, streaming: bool
) -> None:
    """(x - m) / T - log into out."""
    lanes, zero = lanes_of(x), no_lanes(x)
    most = splat(zero, m)
    k = head_of(out, length, streaming)
    if k:
        mask = some(zero, k)
        store_some(out, 0, below(load_some(x, 0, mask, zero), most, inverse, log), mask)
    while k + lanes <= length:
        deliver(out, k, below(load(x, k), most, inverse, log), streaming)
        k += lanes
    if k < length:
        mask = some(zero, length - k)
        store_some(out, k, below(load_some(x, k, mask, zero), most, inverse, log), mask)


@inlined
def put_live(
    x: Any, g: Any, y: Any, length: int, map_: Any, scale: Any, out: Any
) -> float:
    """scale ((g - c0) - c1 - fall y s), 0 where x is -inf; gives 0, or NaN."""
    lanes, zero = lanes_of(x), no_lanes(x)
    c, s, fall = (map_[0], map_[1]), splat(zero, map_[2]), splat(zero, -scale[2])
    dead = splat(zero, -np.inf)
    seen = zero
    k = 0
    while k < length:
        mask = some(zero, length - k)
        weight = load_some(y, k, mask, zero) * s
        v = fused(weight, fall, centred(load_some(g, k, mask, zero), c))
        if scale[0] != 1.0:
            v = fused(v, splat(v, scale[0]), v * splat(v, scale[1]))
        v = select(load_some(x, k, mask, dead) > dead, v, zero)
        seen = fused(v, zero, seen)
        store_some(out, k, v, mask)
        k += lanes
    return across(seen)


@kernel
def pushforward(
    X: Any,
    Y: Any,
    G: Any,
    V: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    fall: float,
) -> int:
    """C(g) / T, from y / fall; 0 where x is -inf."""
    left = 0
    x, y, g, v = at(X, 0), at(Y, 0), at(G, 0), at(V, 0)
    near, low_word = words(x, high, low)
    scale = near, low_word, fall
    for row in range(start, stop):
        k = row * length
        c = mean(at(y, k), at(g, k), length)
        map_ = c[0], c[1], 0.0
        seen = put_live(at(x, k), at(g, k), at(y, k), length, map_, scale, at(v, k))
        if seen + (c[0] + c[1]) * 0.0 != 0.0:
            marks[row] = 1
            left += 1
    return left


@kernel
def pullback(
    X: Any,
    Y: Any,
    G: Any,
    V: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
    fall: float,
) -> int:
    """(g - y sum(g)) / T, from y / fall; 0 where x is -inf.

    At the largest entry g (sum of the other y) - y (sum of the other g): the plain form
    is 0 there once y rounds to 1.
    """
    left = 0
    x, y, g, v = at(X, 0), at(Y, 0), at(G, 0), at(V, 0)
    near, low_word = words(x, high, low)
    scale = near, low_word, fall
    for row in range(start, stop):
        k = row * length
        weight, seed = at(y, k), at(g, k)
        most = largest(weight, length)
        top = place_of(weight, length, most)
        rest = live_sum(seed, at(x, k), length, top)
        all_ = rest + get(seed, top)
        map_ = 0.0, 0.0, all_
        seen = put_live(at(x, k), seed, weight, length, map_, scale, at(v, k))
        mended = get(seed, top) * sum_but(weight, length, top) - most * rest
        mended *= fall
        put(at(v, k), top, mended * high + mended * low)
        if seen + (mended + all_) * 0.0 != 0.0 or not most > 0.0:
            marks[row] = 1
            left += 1
    return left


@kernel
def total(X: Any, G: Any, F: Any, length: int, start: int, stop: int) -> None:
    """Minus the sum of g over the entries that are not -inf: the curvature's number."""
    x, g = at(X, 0), at(G, 0)
    for row in range(start, stop):
        k = row * length
        F[row] = -live_sum(at(g, k), at(x, k), length, -1)
