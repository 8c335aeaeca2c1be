"""Sums of a seed over a row, plain or weighed by y, and all but one entry of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._lanes import lowest
from ._memory import (
    lanes_of,
    load,
    load_some,
    load_some_wide,
    load_wide,
    no_lanes,
    no_sum,
    some,
)
from ._sum import gathered, total
from ._vector import select, splat, widened


@inlined
def dot(y: Any, g: Any, length: int) -> float:
    """<y, g>; a g is not read where y is 0."""
    lanes, zero = lanes_of(y), no_sum(y)
    p, p_low = zero, zero
    k = 0
    while k < length:
        if k + lanes <= length:
            a, b = load_wide(y, k), load_wide(g, k)
        else:
            mask = some(zero, length - k)
            a, b = load_some_wide(y, k, mask), load_some_wide(g, k, mask)
        p, p_low = gathered(p, p_low, select(a == zero, zero, a * b))
        k += lanes
    high, low = total(p, p_low)
    return high + low


@inlined
def live_sum(g: Any, x: Any, length: int, top: int) -> float:
    """The sum of g where x is not -inf, leaving out entry `top`; -1 leaves out none."""
    lanes, zero = lanes_of(g), no_lanes(g)
    s = s_low = no_sum(g)
    k = 0
    while k < length:
        mask = some(zero, length - k)
        a, b = load_some(g, k, mask, zero), load_some(x, k, mask, zero)
        a = select(b > splat(zero, -np.inf), a, zero)
        # Lanes up to `top`, less those before it: that lane alone.
        a = select(some(zero, top - k), a, select(some(zero, top + 1 - k), zero, a))
        s, s_low = gathered(s, s_low, widened(a))
        k += lanes
    high, low = total(s, s_low)
    return high + low


@inlined
def place_of(y: Any, length: int, largest: float) -> int:
    """The first entry that is the largest; the last if none is."""
    lanes, most = lanes_of(y), splat(no_lanes(y), largest)
    k = 0
    while k + lanes <= length:
        place = lowest(load(y, k) == most)
        if place < lanes:
            return k + place
        k += lanes
    mask = some(most, length - k)
    rest = load_some(y, k, mask, splat(most, np.nan))
    return min(k + lowest(rest == most), length - 1)


@inlined
def sum_but(y: Any, length: int, top: int) -> float:
    """The sum of y without entry `top`."""
    lanes, zero = lanes_of(y), no_lanes(y)
    s = s_low = no_sum(y)
    k = 0
    while k < length:
        a = load_some(y, k, some(zero, length - k), zero)
        a = select(some(zero, top - k), a, select(some(zero, top + 1 - k), zero, a))
        s, s_low = gathered(s, s_low, widened(a))
        k += lanes
    high, low = total(s, s_low)
    return high + low
