"""Sums over the rows of a tile of logits: exponentials, weighed logits and seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._memory import at, get, lanes_of, load_some, no_lanes, no_sum, put, some
from ._row import INF, REACH, exponentials, largest, mass, others, peak
from ._sum import gathered, total
from ._vector import select, splat, widened


@inlined
def weights_of(t: Any, z: Any, length: int, m: float) -> Any:
    """sum t (m - z) and sum t, where t is not 0."""
    lanes, zero = lanes_of(z), no_lanes(z)
    top = splat(zero, m)
    a = a_low = b = b_low = no_sum(z)
    k = 0
    while k < length:
        mask = some(zero, length - k)
        w = load_some(t, k, mask, zero)
        fall = top - load_some(z, k, mask, top)
        term = select(w == zero, zero, w * fall)
        a, a_low = gathered(a, a_low, widened(term))
        b, b_low = gathered(b, b_low, widened(w))
        k += lanes
    high, low = total(a, a_low)
    whole, rest = total(b, b_low)
    # What an infinite sum rounds away is inf - inf.
    return high if high == INF else high + low, whole + rest


@inlined
def weighed_seeds(t: Any, g: Any, length: int, about: float) -> float:
    """sum t (g - c), where t is not 0."""
    lanes, zero = lanes_of(g), no_lanes(g)
    c = splat(zero, about)
    a = a_low = no_sum(g)
    k = 0
    while k < length:
        mask = some(zero, length - k)
        w = load_some(t, k, mask, zero)
        term = w * (load_some(g, k, mask, zero) - c)
        term = select(w == zero, zero, term)
        a, a_low = gathered(a, a_low, widened(term))
        k += lanes
    high, low = total(a, a_low)
    return high + low


@inlined
def put_sums(
    z: Any, length: int, pitch: int, count: int, inverse: Any, room: Any, out: Any
) -> None:
    """m and the tail of `count` rows; their exponentials stay in e.

    A row out of reach has m = NaN, and its exponentials say nothing.
    """
    e, apart = room
    M, tails = out
    for i in range(count):
        m = np.float64(largest(at(z, i * pitch), length))
        put(M, i, m if abs(m) <= REACH else np.nan)
    for i in range(count):
        exponentials(at(z, i * pitch), length, get(M, i), inverse, at(e, i * apart), 0)
    for i in range(count):
        row, top = at(e, i * apart), peak(get(M, i), no_lanes(e), inverse)
        high, low = mass(row, length)
        wide = np.float64(top)
        put(tails, i, others(row, length, wide, high, low) / wide)
