"""Seeds centred: g - <y, g>, right to the spread of g whatever its offset.

    ref = g where y is largest
    c   = ref + <y, g - ref> / <y, 1>                 the mean, a first time
    rest = <y, g - c> / <y, 1>                        and what it was off by
    h   = (g - c) - rest

The second mean is of small numbers, so its error is of the size of the spread.  Floats
are subtracted and multiplied in float64, where the first is already right, and the mean
is handed on in two floats.  A seed where y is 0 is not read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._memory import (
    deliver,
    head_of,
    lanes_of,
    load,
    load_some,
    load_some_wide,
    load_wide,
    no_lanes,
    no_sum,
    some,
    store_some,
)
from ._sum import gathered, total
from ._vector import first, fused, high_half, low_half, select, splat, widened

# Below this, times an entry of any size, a number may be no normal one.
unit = varied(float32=lambda v: 2.0**-23, float64=lambda v: 2.0**-52)
faint = varied(float32=lambda v: 2.0**-90, float64=lambda v: 2.0**-960)


@inlined
def finite(value: float) -> bool:
    return value - value == 0.0


def _heaviest_8(y: Any, g: Any) -> Any:
    y4, g4 = heavier(low_half(y), low_half(g), high_half(y), high_half(g))
    y2, g2 = heavier(low_half(y4), low_half(g4), high_half(y4), high_half(g4))
    _, g1 = heavier(low_half(y2), low_half(g2), high_half(y2), high_half(g2))
    return first(g1)


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
def seed_of_heaviest(y: Any, g: Any, length: int) -> Any:
    """g where y is largest; and 0, or less where an entry of y is less."""
    lanes = lanes_of(y)
    weight = seed = least = no_lanes(y)
    k = 0
    while k + lanes <= length:
        a = load(y, k)
        least = select(a < least, a, least)
        weight, seed = heavier(weight, seed, a, load(g, k))
        k += lanes
    if k < length:
        mask, zero = some(weight, length - k), no_lanes(y)
        a, b = load_some(y, k, mask, zero), load_some(g, k, mask, zero)
        least = select(a < least, a, least)
        weight, seed = heavier(weight, seed, a, b)
    return np.float64(_heaviest_lane(weight, seed)), across(least)


@inlined
def across(seen: Any) -> float:
    """The sum over the lanes."""
    wide = widened(seen)
    return total(wide, wide - wide)[0]


@inlined
def mean_about(y: Any, g: Any, length: int, c: float) -> Any:
    """<y, g - c> / <y, 1>, and <y, 1>."""
    lanes = lanes_of(y)
    zero = no_sum(y)
    w = w_low = p = p_low = zero
    about = splat(zero, c)
    k = 0
    while k < length:
        if k + lanes <= length:
            a, b = load_wide(y, k), load_wide(g, k)
        else:
            mask = some(zero, length - k)
            a, b = load_some_wide(y, k, mask), load_some_wide(g, k, mask)
        b = select(a == zero, zero, a * (b - about))
        w, w_low = gathered(w, w_low, a)
        p, p_low = gathered(p, p_low, b)
        k += lanes
    w0, w1 = total(w, w_low)
    p0, p1 = total(p, p_low)
    return (p0 + p1) / (w0 + w1), w0 + w1


def _mean_single(y: Any, g: Any, length: int) -> Any:
    ref, least = seed_of_heaviest(y, g, length)
    t, mass = mean_about(y, g, length, ref)
    high = np.float64(np.float32(ref + t))
    return high, (ref - high) + t, mass, least


def _mean_double(y: Any, g: Any, length: int) -> Any:
    ref, least = seed_of_heaviest(y, g, length)
    t, mass = mean_about(y, g, length, ref)
    c = ref + t
    return c, mean_about(y, g, length, c)[0], mass, least


# <y, g> / <y, 1> in two words; <y, 1>; and what `seed_of_heaviest` says of y.
mean = varied(float32=_mean_single, float64=_mean_double)


@inlined
def whole(c: Any, like: Any) -> bool:
    """Whether y had no negative entry and summed to 1 within what rounding explains."""
    return abs(c[2] - 1.0) <= 2.0 * unit(like) and c[3] == 0.0


@inlined
def centred(g: Any, c: Any) -> Any:
    """C(g), the mean in two words."""
    return (g - splat(g, c[0])) - splat(g, c[1])


@inlined
def weighed(y: Any, h: Any, scale: Any) -> Any:
    """scale y h, the scale in two words and a power of two; 0 where y is, whatever h."""
    v = select(y == splat(y, 0.0), y, y * h)
    if scale[0] != 1.0:
        v = fused(v, splat(v, scale[0]), v * splat(v, scale[1]))
    return v * splat(v, scale[2])


@inlined
def put_centred(
    y: Any, g: Any, length: int, scale: Any, v: Any, given: bool, streaming: bool
) -> float:
    """scale y C(g) into v; gives 0, or NaN where anything in it is not finite.

    NaN too where a y that was given is no whole distribution.
    """
    lanes, zero = lanes_of(y), no_lanes(y)
    c = mean(y, g, length)
    # A scale above 1 would bring the digits in sight that a tiny second word has lost.
    if given and not whole(c, zero):
        return np.nan
    if abs(scale[0]) > 1.0 and 0.0 < abs(c[1]) < faint(zero):
        return np.nan
    seen = zero
    k = head_of(v, length, streaming)
    if k:
        mask = some(zero, k)
        a, b = load_some(y, 0, mask, zero), load_some(g, 0, mask, zero)
        out = weighed(a, centred(b, c), scale)
        seen = fused(out, zero, seen)
        store_some(v, 0, out, mask)
    while k + lanes <= length:
        out = weighed(load(y, k), centred(load(g, k), c), scale)
        seen = fused(out, zero, seen)
        deliver(v, k, out, streaming)
        k += lanes
    if k < length:
        mask = some(zero, length - k)
        a, b = load_some(y, k, mask, zero), load_some(g, k, mask, zero)
        out = weighed(a, centred(b, c), scale)
        seen = fused(out, zero, seen)
        store_some(v, k, out, mask)
    return across(seen) + (c[0] + c[1]) * 0.0


@inlined
def product(y: Any, a: Any, b: Any, means: Any) -> Any:
    """C(a) C(b), or 0 where y is."""
    c = centred(a, means[0]) * centred(b, means[1])
    zero = splat(y, 0.0)
    return select(y == zero, zero, c)


@inlined
def mean_product(y: Any, a: Any, b: Any, length: int, means: Any) -> float:
    """<y, C(a) C(b)>."""
    lanes, zero = lanes_of(y), no_lanes(y)
    p = p_low = no_sum(y)
    k = 0
    while k < length:
        if k + lanes <= length:
            weight, u, v = load(y, k), load(a, k), load(b, k)
        else:
            mask = some(zero, length - k)
            weight = load_some(y, k, mask, zero)
            u, v = load_some(a, k, mask, zero), load_some(b, k, mask, zero)
        term = widened(weight) * widened(product(weight, u, v, means))
        p, p_low = gathered(p, p_low, term)
        k += lanes
    high, low = total(p, p_low)
    return high + low


@inlined
def put_curved(
    y: Any, a: Any, b: Any, length: int, scale: Any, v: Any, streaming: bool
) -> float:
    """scale y C(C(a) C(b)) into v; gives 0, or NaN as `put_centred` does."""
    lanes, zero = lanes_of(y), no_lanes(y)
    means = mean(y, a, length), mean(y, b, length)
    c = mean_product(y, a, b, length, means) * scale[2]
    off = splat(zero, c)
    seen = zero
    k = head_of(v, length, streaming)
    if k:
        mask = some(zero, k)
        w = load_some(y, 0, mask, zero)
        p, q = load_some(a, 0, mask, zero), load_some(b, 0, mask, zero)
        out = weighed(w, product(w, p, q, means) - off, scale)
        seen = fused(out, zero, seen)
        store_some(v, 0, out, mask)
    while k + lanes <= length:
        w = load(y, k)
        out = weighed(w, product(w, load(a, k), load(b, k), means) - off, scale)
        seen = fused(out, zero, seen)
        deliver(v, k, out, streaming)
        k += lanes
    if k < length:
        mask = some(zero, length - k)
        w = load_some(y, k, mask, zero)
        p, q = load_some(a, k, mask, zero), load_some(b, k, mask, zero)
        out = weighed(w, product(w, p, q, means) - off, scale)
        seen = fused(out, zero, seen)
        store_some(v, k, out, mask)
    return across(seen) + c * 0.0
