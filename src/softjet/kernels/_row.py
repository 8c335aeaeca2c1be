"""A row of logits in base two: what every kernel of rows stands on.

With n = round(x / log 2) and p = exp(x - n log 2), exp(x) is p 2^n, and

    y_j = p_j 2^(n_j - N) / sum_k p_k 2^(n_k - N)

for any N.  N is that of the largest logit, and is all the largest logit is for: nothing
is subtracted from x but a multiple of log 2, which is exact, so there is no remainder
to keep, and sums taken with different N merge by powers of two, exactly.

Exponentials carry 2^80, and so do the probabilities that derivatives are made from: a
large seed brings back into range what without it had been lost below it.  The
kernels answer rows whose largest logit is finite and at most 2^17 in magnitude, with
any number of entries at -inf; others they mark, and the rules answer those.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import LOG2_E, divided, exponential
from ._lanes import counted, first, high_half, low_half
from ._memory import (
    deliver,
    head_of,
    lanes_of,
    load,
    load_some,
    load_wide,
    no_lanes,
    no_sum,
    prefetch,
    some,
    store,
    store_some,
)
from ._sum import gathered, merged, total
from ._vector import fused, larger, select, splat, widened

REACH = 131072.0  # 2^17
INF = np.inf

# How far below the largest an exponential is 0, and the power of two they all carry.
gap = varied(float32=lambda v: 170.0, float64=lambda v: 850.0)
LIFT = 80.0
# The share of the others from which their sum may be had by subtraction.
confident = varied(float32=lambda v: 2.0**-20, float64=lambda v: 2.0**-45)
AT_ONCE, TOGETHER = 16, 2048
# A row of more than LONG entries is cut into blocks, which threads can share.
LONG, BLOCK = 1 << 17, 1 << 14


def _largest_of_16(v: Any) -> Any:
    v8 = larger(low_half(v), high_half(v))
    v4 = larger(low_half(v8), high_half(v8))
    v2 = larger(low_half(v4), high_half(v4))
    return first(larger(low_half(v2), high_half(v2)))


def _largest_of_8(v: Any) -> Any:
    v4 = larger(low_half(v), high_half(v))
    v2 = larger(low_half(v4), high_half(v4))
    return first(larger(low_half(v2), high_half(v2)))


# The largest of the lanes.
largest_lane = varied(float32=_largest_of_16, float64=_largest_of_8)


@inlined
def largest(x: Any, length: int) -> Any:
    """The largest entry; NaN is passed over here, and shows in the sum."""
    lanes = lanes_of(x)
    a = splat(no_lanes(x), -INF)
    b = a
    k = 0
    while k + 2 * lanes <= length:
        a = larger(load(x, k), a)
        b = larger(load(x, k + lanes), b)
        k += 2 * lanes
    if k + lanes <= length:
        a = larger(load(x, k), a)
        k += lanes
    if k < length:
        rest = splat(a, -INF)
        b = larger(load_some(x, k, some(a, length - k), rest), b)
    return largest_lane(larger(a, b))


@inlined
def power(m: float, inverse: Any) -> float:
    """N of the largest logit m at temperature 1 / inverse."""
    return np.rint(m * inverse[0] * LOG2_E)


@inlined
def plain(inverse: Any) -> bool:
    """Whether the temperature is 1."""
    return inverse[0] == 1.0 and inverse[1] == 0.0


@inlined
def raised(v: Any, floor: Any, shift: Any, inverse: Any) -> Any:
    """2^(LIFT - N) exp(v / T), with 1 / T in two words; 0 from the floor down."""
    v = larger(floor, v)
    if plain(inverse):
        return exponential(v, shift)
    return divided(v, shift, splat(v, inverse[0]), splat(v, inverse[1]))


@inlined
def exponentials(x: Any, length: int, m: float, inverse: Any, e: Any, far: int) -> None:
    """The exponentials into e, zeros up to a whole vector.

    Asks for the entries `far` on, which the next rows will want.
    """
    # Two loops: LLVM leaves the choice inside, which keeps vectors from overlapping.
    if plain(inverse):
        _exponentials(x, length, m, (1.0, 0.0, inverse[2]), e, far)
    else:
        _exponentials(x, length, m, inverse, e, far)


@inlined
def _exponentials(
    x: Any, length: int, m: float, inverse: Any, e: Any, far: int
) -> None:
    lanes = lanes_of(x)
    zero = no_lanes(x)
    floor = splat(zero, m - inverse[2])
    shift = splat(zero, power(m, inverse) - LIFT)
    k = 0
    while k + 2 * lanes <= length:
        if far:
            prefetch(x, k + far)
            prefetch(x, k + lanes + far)
        store(e, k, raised(load(x, k), floor, shift, inverse))
        store(e, k + lanes, raised(load(x, k + lanes), floor, shift, inverse))
        k += 2 * lanes
    if k + lanes <= length:
        store(e, k, raised(load(x, k), floor, shift, inverse))
        k += lanes
    if k < length:
        rest = splat(zero, -INF)
        v = load_some(x, k, some(zero, length - k), rest)
        store(e, k, raised(v, floor, shift, inverse))


@inlined
def mass(e: Any, length: int) -> Any:
    """The sum of exponentials as `exponentials` leaves them.

    A sweep of its own: reading them back widens floats for less than half of what
    taking them out of a register costs (docs/design/kernels.md).
    """
    lanes = lanes_of(e)
    a = a_low = b = b_low = no_sum(e)
    k = 0
    while k + lanes < length:
        a, a_low = gathered(a, a_low, load_wide(e, k))
        b, b_low = gathered(b, b_low, load_wide(e, k + lanes))
        k += 2 * lanes
    if k < length:
        a, a_low = gathered(a, a_low, load_wide(e, k))
    return total(*merged(a, a_low, b, b_low))


@inlined
def peak(m: float, like: Any, inverse: Any) -> float:
    """The exponential of the largest logit, as `exponentials` leaves it."""
    shift = splat(like, power(m, inverse) - LIFT)
    return first(raised(splat(like, m), splat(like, -INF), shift, inverse))


@inlined
def others(e: Any, length: int, top: float, high: float, low: float) -> float:
    """The sum of all exponentials but one largest, with all its digits.

    Where almost all mass is on that one, what is left of the whole sum has lost its
    digits, and the others are added by themselves.
    """
    rest = (high - top) + low
    if rest > top * confident(no_lanes(e)):
        return rest
    lanes = lanes_of(e)
    largest = splat(no_lanes(e), top)
    a = a_low = no_sum(e)
    equal, k = 0, 0
    while k < length:
        v = load(e, k)
        same = v == largest
        equal += counted(same)
        a, a_low = gathered(a, a_low, widened(select(same, no_lanes(e), v)))
        k += lanes
    rest, low = total(a, a_low)
    return (equal - 1) * top + (rest + low)


@inlined
def rows_at_once(length: int) -> int:
    """Rows taken together, stage by stage, so that one's waits are another's work."""
    return max(1, min(AT_ONCE, TOGETHER // max(1, length)))


@inlined
def answerable(m: float, high: float, inverse: Any) -> bool:
    """Whether a row lies where the kernels are right; NaN and +inf show here."""
    return abs(m * inverse[0]) <= REACH and high > 0.0 and high < INF


@inlined
def put_scaled(e: Any, length: int, scale: Any, y: Any, streaming: bool) -> None:
    """e times a number in two words into y; past the caches if streaming."""
    lanes = lanes_of(y)
    high, low = splat(no_lanes(e), scale[0]), splat(no_lanes(e), scale[1])
    k = head_of(y, length, streaming)
    if k:
        a = load(e, 0)
        store_some(y, 0, fused(a, high, a * low), some(a, k))
    while k + lanes <= length:
        a = load(e, k)
        deliver(y, k, fused(a, high, a * low), streaming)
        k += lanes
    if k < length:
        mask = some(high, length - k)
        a = load_some(e, k, mask, high)
        store_some(y, k, fused(a, high, a * low), mask)
