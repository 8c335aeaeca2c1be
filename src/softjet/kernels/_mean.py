"""Seeds centred: g - <y, g>, right to the spread of g whatever its offset.

    c    = <y, g> / <y, 1>                            the mean, a first time
    rest = <y, g - c> / <y, 1>                        and what it was off by
    h    = (g - c) - rest

c is the largest entry's own seed where that has half of the mass, or is the mean but
for rounding; so a constant seed is 0, and a saturated row keeps its digits.

The second mean is of small numbers, so its error is of the size of the spread.  A seed
where y is 0 is not read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._memory import (
    at,
    get,
    lanes_of,
    load,
    load_some,
    no_lanes,
    no_sum,
    put,
    some,
)
from ._sum import gathered, total
from ._vector import first, fused, high_half, low_half, select, splat, widened


def _heaviest_8(y: Any, g: Any) -> Any:
    y4, g4 = heavier(low_half(y), low_half(g), high_half(y), high_half(g))
    y2, g2 = heavier(low_half(y4), low_half(g4), high_half(y4), high_half(g4))
    y1, g1 = heavier(low_half(y2), low_half(g2), high_half(y2), high_half(g2))
    return np.float64(first(y1)), np.float64(first(g1))


def _heaviest_16(y: Any, g: Any) -> Any:
    y8, g8 = heavier(low_half(y), low_half(g), high_half(y), high_half(g))
    return _heaviest_half(y8, g8)


@inlined
def heavier(y: Any, g: Any, y_other: Any, g_other: Any) -> Any:
    """The larger weight, and the seed that goes with it."""
    more = y_other > y
    return select(more, y_other, y), select(more, g_other, g)


_heaviest_half = inlined(_heaviest_8)
_heaviest_lane = varied(float32=_heaviest_16, float64=_heaviest_8)


@inlined
def smaller(a: Any, b: Any) -> Any:
    """The smaller lane by lane; b where either is NaN."""
    return select(a < b, a, b)


@inlined
def across(seen: Any) -> float:
    """The sum over the lanes."""
    wide = widened(seen)
    return total(wide, wide - wide)[0]


@inlined
def parted(y: Any, g: Any, c: Any) -> Any:
    """g - c, or 0 where y is: no seed is read there."""
    zero = splat(y, 0.0)
    return select(y == zero, zero, g - c)


def _mean_about_single(y: Any, g: Any, length: int, about: float) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    c = splat(zero, about)
    mass = moment = no_sum(y)
    k = 0
    while k < length:
        # Sixteen vectors in float32, by four chains of four, then on in float64.
        end = min(k + 16 * lanes, length)
        p = q = r = s = w = v = zero
        while k + 4 * lanes <= end:
            a, b = load(y, k), load(y, k + lanes)
            p = fused(a, parted(a, load(g, k), c), p)
            q = fused(b, parted(b, load(g, k + lanes), c), q)
            w, v = w + a, v + b
            k += 2 * lanes
            a, b = load(y, k), load(y, k + lanes)
            r = fused(a, parted(a, load(g, k), c), r)
            s = fused(b, parted(b, load(g, k + lanes), c), s)
            w, v = w + a, v + b
            k += 2 * lanes
        while k < end:
            mask = some(zero, end - k)
            a = load_some(y, k, mask, zero)
            p = fused(a, parted(a, load_some(g, k, mask, zero), c), p)
            w = w + a
            k += lanes
        moment = moment + widened((p + q) + (r + s))
        mass = mass + widened(w + v)
    whole = total(mass, no_sum(y))[0]
    return total(moment, no_sum(y))[0] / whole, whole


def _mean_about_double(y: Any, g: Any, length: int, about: float) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    c = splat(zero, about)
    w = w_low = p = p_low = zero
    k = 0
    while k < length:
        if k + lanes <= length:
            a, b = load(y, k), load(g, k)
        else:
            mask = some(zero, length - k)
            a, b = load_some(y, k, mask, zero), load_some(g, k, mask, zero)
        w, w_low = gathered(w, w_low, a)
        p, p_low = gathered(p, p_low, a * parted(a, b, c))
        k += lanes
    w0, w1 = total(w, w_low)
    p0, p1 = total(p, p_low)
    return (p0 + p1) / (w0 + w1), w0 + w1


# <y, g - c> / <y, 1>, and <y, 1>.
mean_about = varied(float32=_mean_about_single, float64=_mean_about_double)


def _look_single(y: Any, g: Any, length: int) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    weight = seed = least = zero
    mass = moment = no_sum(y)
    k = 0
    while k < length:
        end = min(k + 16 * lanes, length)
        p = q = w = v = zero
        while k + 2 * lanes <= end:
            a, b = load(y, k), load(y, k + lanes)
            f, h = parted(a, load(g, k), zero), parted(b, load(g, k + lanes), zero)
            weight, seed = heavier(weight, seed, a, f)
            weight, seed = heavier(weight, seed, b, h)
            least = smaller(a, smaller(b, least))
            p, q = fused(a, f, p), fused(b, h, q)
            w, v = w + a, v + b
            k += 2 * lanes
        while k < end:
            mask = some(zero, end - k)
            a = load_some(y, k, mask, zero)
            f = parted(a, load_some(g, k, mask, zero), zero)
            weight, seed = heavier(weight, seed, a, f)
            least = smaller(a, least)
            p, w = fused(a, f, p), w + a
            k += lanes
        moment = moment + widened(p + q)
        mass = mass + widened(w + v)
    top, ref = _heaviest_lane(weight, seed)
    whole = total(mass, no_sum(y))[0]
    c = total(moment, no_sum(y))[0] / whole
    # The seed itself where it has the half of the mass, or is the mean but for its
    # rounding: a constant seed, and the largest entry of a saturated row, must be 0.
    own = 2.0 * top >= whole or abs(c - ref) <= 2.0**-20 * abs(ref)
    return ref if own else np.float64(np.float32(c)), whole, across(least)


def _look_double(y: Any, g: Any, length: int) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    weight = seed = least = zero
    k = 0
    while k < length:
        mask = some(zero, length - k)
        a, b = load_some(y, k, mask, zero), load_some(g, k, mask, zero)
        weight, seed = heavier(weight, seed, a, parted(a, b, zero))
        least = smaller(a, least)
        k += lanes
    ref = _heaviest_lane(weight, seed)[1]
    t, mass = mean_about(y, g, length, ref)
    return ref + t, mass, across(least)


# A number near <y, g> / <y, 1>, and the seed itself where that is called for; <y, 1>;
# and 0, or less where an entry of y is less.
look = varied(float32=_look_single, float64=_look_double)


@inlined
def put_means(y: Any, g: Any, length: int, count: int, C: Any) -> None:
    """Four numbers for each of `count` rows, stage by stage.

    <y, g> / <y, 1> in two words; <y, 1>; and what `look` says of the sign of y.
    """
    for i in range(count):
        k = i * length
        c, mass, least = look(at(y, k), at(g, k), length)
        put(C, 4 * i, c)
        put(C, 4 * i + 2, mass)
        put(C, 4 * i + 3, least)
    for i in range(count):
        k = i * length
        rest = mean_about(at(y, k), at(g, k), length, get(C, 4 * i))[0]
        put(C, 4 * i + 1, rest)


@inlined
def mean(y: Any, g: Any, length: int) -> Any:
    """<y, g> / <y, 1> of one row, in two words."""
    numbers = np.empty(4)
    put_means(y, g, length, 1, at(numbers, 0))
    return numbers[0], numbers[1]
