"""Seeds centred: g - <y, g>, right to the spread of g whatever its offset.

    c    = <y, g> / <y, 1>                            the mean, a first time
    rest = <y, g - c> / <y, 1>                        and what it was off by
    h    = (g - c) - rest

c is the largest entry's own seed where that has half of the mass, or is the mean but
for rounding; so a constant seed is 0, and a saturated row keeps its digits.

The second mean is of small numbers, so its error is of the size of the spread.  A seed
that is not finite shows in both, wherever it is: then those where y is 0, which must
not be read, are set to 0, and the means taken again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._lanes import counted, lanes_in, signs_of, unsigned
from ._memory import (
    at,
    get,
    keep,
    lanes_of,
    load,
    load_some,
    no_lanes,
    no_sum,
    put,
    some,
    store_some,
)
from ._row import largest_lane
from ._sum import gathered, total
from ._vector import fused, larger, select, splat, widened
from ._weigh import place_of


def _look_single(y: Any, g: Any, length: int) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    m = n = signs = zero
    mass = moment = no_sum(y)
    k = 0
    while k < length:
        # Sixteen vectors in float32, by two chains of eight, then on in float64.
        end = min(k + 16 * lanes, length)
        p = q = w = v = zero
        while k + 2 * lanes <= end:
            a, b = load(y, k), load(y, k + lanes)
            p, q = fused(a, load(g, k), p), fused(b, load(g, k + lanes), q)
            w, v = w + a, v + b
            m, n = larger(a, m), larger(b, n)
            signs = signs_of(signs, signs_of(a, b))
            k += 2 * lanes
        while k < end:
            mask = some(zero, end - k)
            a = load_some(y, k, mask, zero)
            p, w = fused(a, load_some(g, k, mask, zero), p), w + a
            m, signs = larger(a, m), signs_of(signs, a)
            k += lanes
        moment = moment + widened(p + q)
        mass = mass + widened(w + v)
    whole = total(mass, no_sum(y))[0]
    return total(moment, no_sum(y))[0] / whole, whole, larger(m, n), signs


def _look_double(y: Any, g: Any, length: int) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    m = p = w = q = v = signs = zero
    k = 0
    while k + 2 * lanes <= length:
        a, b = load(y, k), load(y, k + lanes)
        p, q = fused(a, load(g, k), p), fused(b, load(g, k + lanes), q)
        w, v = w + a, v + b
        m = larger(a, larger(b, m))
        signs = signs_of(signs, signs_of(a, b))
        k += 2 * lanes
    while k < length:
        mask = some(zero, length - k)
        a = load_some(y, k, mask, zero)
        p, w = fused(a, load_some(g, k, mask, zero), p), w + a
        m, signs = larger(a, m), signs_of(signs, a)
        k += lanes
    whole = total(w + v, zero)[0]
    return total(p + q, zero)[0] / whole, whole, m, signs


_look = varied(float32=_look_single, float64=_look_double)
# So near to a seed, as a share of it, a mean may be that seed but for its rounding.
near_to = varied(float32=lambda v: 2.0**-20, float64=lambda v: 2.0**-45)
_near_single = varied(
    float32=lambda v, c: np.float64(np.float32(c)), float64=lambda v, c: c
)


@inlined
def look(y: Any, g: Any, length: int) -> Any:
    """A number near <y, g> / <y, 1>; <y, 1>; and how many lanes of y had a sign.

    The number is the seed of the largest entry where that has half of the mass, or is
    the mean but for rounding: a constant seed, and a saturated row, must leave 0 there.
    """
    c, mass, most, signs = _look(y, g, length)
    top = largest_lane(most)
    ref = np.float64(get(g, place_of(y, length, top)))
    if 2.0 * top >= mass or abs(c - ref) <= near_to(signs) * abs(ref):
        # c has every seed in it: one that is not finite is not lost from sight.
        return ref + c * 0.0, mass, lanes_in(signs) - counted(unsigned(signs))
    return _near_single(signs, c), mass, lanes_in(signs) - counted(unsigned(signs))


def _mean_about_single(y: Any, g: Any, length: int, about: float, mass: float) -> Any:
    lanes, zero = lanes_of(y), no_lanes(y)
    c = splat(zero, about)
    moment = no_sum(y)
    k = 0
    while k < length:
        # By four chains of four.
        end = min(k + 16 * lanes, length)
        p = q = r = s = zero
        while k + 4 * lanes <= end:
            p = fused(load(y, k), load(g, k) - c, p)
            q = fused(load(y, k + lanes), load(g, k + lanes) - c, q)
            k += 2 * lanes
            r = fused(load(y, k), load(g, k) - c, r)
            s = fused(load(y, k + lanes), load(g, k + lanes) - c, s)
            k += 2 * lanes
        while k < end:
            mask = some(zero, end - k)
            b = load_some(g, k, mask, zero) - c
            p = fused(load_some(y, k, mask, zero), b, p)
            k += lanes
        moment = moment + widened((p + q) + (r + s))
    return total(moment, no_sum(y))[0] / mass


def _mean_about_double(y: Any, g: Any, length: int, about: float, mass: float) -> Any:
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
        p, p_low = gathered(p, p_low, a * (b - c))
        k += lanes
    w0, w1 = total(w, w_low)
    p0, p1 = total(p, p_low)
    return (p0 + p1) / (w0 + w1)


# <y, g - c> / <y, 1>; doubles, whose mass is a plain sum so far, sum it again.
mean_about = varied(float32=_mean_about_single, float64=_mean_about_double)


@inlined
def put_means(y: Any, apart: int, g: Any, length: int, count: int, C: Any) -> None:
    """Four numbers for each of `count` rows, stage by stage; those of y lie `apart`.

    <y, g> / <y, 1> in two words; <y, 1>; and 0 if no entry of y had a sign.
    """
    for i in range(count):
        c, mass, below = look(at(y, i * apart), at(g, i * length), length)
        put(C, 4 * i, c)
        put(C, 4 * i + 2, mass)
        put(C, 4 * i + 3, below)
    for i in range(count):
        c, mass = get(C, 4 * i), get(C, 4 * i + 2)
        rest = mean_about(at(y, i * apart), at(g, i * length), length, c, mass)
        put(C, 4 * i + 1, rest)


_entries = varied(
    float32=lambda like, length: np.empty(length, np.float32),
    float64=lambda like, length: np.empty(length, np.float64),
)


@inlined
def scrubbed(y: Any, g: Any, length: int) -> Any:
    """A row of seeds, 0 where y is; needed where one that is not read is not finite."""
    lanes, zero = lanes_of(y), no_lanes(y)
    clean = _entries(y, length)
    for k in range(0, length, lanes):
        mask = some(zero, length - k)
        a, b = load_some(y, k, mask, zero), load_some(g, k, mask, zero)
        store_some(at(clean, 0), k, select(a == zero, zero, b), mask)
    return clean


@inlined
def mean(y: Any, g: Any, length: int) -> Any:
    """<y, g> / <y, 1> of one row, in two words."""
    numbers = np.empty(4)
    put_means(y, length, g, length, 1, at(numbers, 0))
    if numbers[0] + numbers[1] - (numbers[0] + numbers[1]) != 0.0:
        clean = scrubbed(y, g, length)
        put_means(y, length, at(clean, 0), length, 1, at(numbers, 0))
        keep(clean)
    return numbers[0], numbers[1]
