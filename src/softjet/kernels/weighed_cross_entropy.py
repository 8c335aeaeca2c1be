"""Cross-entropy of a row of target weights t: probabilities, or smoothed class ids.

    L     = sum_j t_j (m - x_j) / T + sum(t) log(sum of exp((x - m) / T))     value
    x_bar = w (y sum(t) - t) / T                                          and gradient
    L_dot = (sum(t) <y, g> - <t, g>) / T                                   pushforward

m is the largest logit, so no term of L is negative and none of its digits is lost.  At
a largest entry with half of the mass the gradient is y (sum of the other t) - t (sum of
the other y): y sum(t) - t would be 0 once y rounds to 1.  Both parts of the pushforward
are taken about the mean of g.  An entry of weight 0 adds nothing, whatever its logit; a
weight on a dead entry makes the loss infinite, and its derivatives are the rule's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._centre import finite
from ._compile import inlined, kernel
from ._log import put_logs_of_sums
from ._mean import mean
from ._memory import (
    at,
    get,
    keep,
    lanes_of,
    load_some,
    load_some_wide,
    no_lanes,
    no_sum,
    put,
    some,
    store_some,
)
from ._partition import marked, others_of, partition
from ._room import (
    FACTOR,
    LARGEST,
    LOG,
    REST,
    SUM,
    TOP,
    inverse_of,
    room_for,
    together,
)
from ._row import confident
from ._scale import put_rows_scaled, put_scales
from ._sum import gathered, total, words
from ._vector import fused, select, splat
from ._weigh import place_of, sum_but


@inlined
def below(x: Any, t: Any, length: int, m: float) -> float:
    """sum_j t_j (m - x_j); infinite where a weight is on a dead entry."""
    zero, none = no_lanes(x), no_sum(x)
    most = splat(none, np.float64(m))
    s = s_low = none
    for k in range(0, length, lanes_of(x)):
        mask = some(zero, length - k)
        share, d = load_some_wide(t, k, mask), most - load_some_wide(x, k, mask)
        # 0 times infinity, where the entry is dead, would be NaN.
        part = select(share > none, share * d, none)
        s, s_low = gathered(s, s_low, part)
    high, low = total(s, s_low)
    # Infinity plus what it lost by rounding would be NaN.
    return high + low if finite(high) else high


@inlined
def put_weighed(
    x: Any, t: Any, F: Any, base: int, length: int, count: int, inverse: Any, n: Any
) -> None:
    """The losses of `count` rows from their logarithms, in place of these."""
    for i in range(count):
        k = (base + i) * length
        s = below(at(x, k), at(t, k), length, get(n, LARGEST + i))
        s = s * inverse[0] + s * inverse[1] if finite(s) else s
        put(n, LOG + i, s + F[base + i] * get(n, LOG + i))


@kernel
def value(
    X: Any,
    T: Any,
    F: Any,
    L: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
) -> int:
    """The loss of every row; F holds the sums of the weights."""
    left = 0
    x, t, seen = at(X, 0), at(T, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_logs_of_sums(length, count, inverse, room)
        put_weighed(x, t, F, base, length, count, inverse, n)
        for i in range(count):
            L[base + i] = get(n, LOG + i)
    keep(scratch)
    keep(numbers)
    keep(T)
    return left


@inlined
def take_away(t: Any, length: int, scale: Any, out: Any) -> None:
    """out - scale t, rounded once."""
    zero = no_lanes(t)
    high, low = splat(zero, -scale[0]), splat(zero, -scale[1])
    for k in range(0, length, lanes_of(t)):
        mask = some(zero, length - k)
        share, v = load_some(t, k, mask, zero), load_some(out, k, mask, zero)
        store_some(out, k, fused(share, high, fused(share, low, v)), mask)


@inlined
def mended(x: Any, t: Any, i: int, length: int, room: Any) -> float:
    """The gradient at the largest entry where that has half of the mass, else NaN."""
    e, n = room[0], room[3]
    own = get(n, TOP + i)
    rest = (get(n, SUM + i) - own) + get(n, REST + i)
    if rest > own:
        return np.nan
    if not rest > own * confident(no_lanes(e)):
        rest = others_of(length, i, own, room)
    top = place_of(x, length, get(n, LARGEST + i))
    others = sum_but(t, length, top)
    return (own * others - np.float64(get(t, top)) * rest) / (own + rest)


@inlined
def put_mended(x: Any, length: int, m: float, value: float, out: Any) -> None:
    """A number that is one in its place."""
    if value == value:
        put(out, place_of(x, length, m), value)


@kernel
def value_and_grad(
    X: Any,
    T: Any,
    F: Any,
    W: Any,
    L: Any,
    G: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
) -> int:
    """The loss of every row, and W[row] / T times its gradient."""
    left = 0
    x, t, g, seen = at(X, 0), at(T, 0), at(G, 0), at(marks, 0)
    inverse, rows = inverse_of(x, high, low), together(x, length)
    room, scratch, numbers = room_for(X, length)
    n = room[3]
    for base in range(start, stop, rows):
        count = min(rows, stop - base)
        partition(at(x, base * length), length, count, inverse, room)
        left += marked(seen, base, count, inverse, n)
        put_logs_of_sums(length, count, inverse, room)
        put_weighed(x, t, F, base, length, count, inverse, n)
        for i in range(count):
            loss, factor = get(n, LOG + i), W[base + i] * F[base + i] * high
            L[base + i] = loss
            if not (finite(loss) and finite(factor)):
                left += 1
                put(seen, base + i, 1)
            put(n, FACTOR + i, factor)
            k = (base + i) * length
            put(n, LOG + i, mended(at(x, k), at(t, k), i, length, room))
        put_scales(x, count, n)
        put_rows_scaled(length, count, room, at(g, base * length), False)
        for i in range(count):
            k, scale = (base + i) * length, (W[base + i] * high, W[base + i] * low)
            take_away(at(t, k), length, words(x, *scale), at(g, k))
            own = get(n, LOG + i) * (scale[0] + scale[1])
            put_mended(at(x, k), length, get(n, LARGEST + i), own, at(g, k))
    keep(scratch)
    keep(numbers)
    keep(T)
    return left


@inlined
def about(t: Any, x: Any, g: Any, length: int, c: float) -> Any:
    """sum_j t_j (c - g_j), and 0 unless a weight is on a dead entry."""
    zero, none = no_lanes(x), no_sum(x)
    centre, dead = splat(none, c), splat(none, -np.inf)
    s = s_low = wrong = none
    for k in range(0, length, lanes_of(x)):
        mask = some(zero, length - k)
        share, v = load_some_wide(t, k, mask), load_some_wide(x, k, mask)
        part = share * (centre - load_some_wide(g, k, mask))
        part = select(share > none, part, none)
        s, s_low = gathered(s, s_low, part)
        wrong = wrong + select(v > dead, none, share)
    high, low = total(s, s_low)
    return high + low, total(wrong, none)[0]


@kernel
def pushforward(
    X: Any,
    Y: Any,
    G: Any,
    T: Any,
    F: Any,
    D: Any,
    marks: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
) -> int:
    """(sum(t) <y, g> - <t, g>) / T into D, from y."""
    left = 0
    x, y, g, t = at(X, 0), at(Y, 0), at(G, 0), at(T, 0)
    for row in range(start, stop):
        k = row * length
        c = mean(at(y, k), at(g, k), length)
        apart, wrong = about(at(t, k), at(x, k), at(g, k), length, c[0])
        f = (apart + F[row] * c[1]) * high
        D[row] = f
        if f - f != 0.0 or wrong > 0.0:
            marks[row] = 1
            left += 1
    keep(T)
    return left
