"""Seeds centred about their mean and weighed: what every derivative of a row is.

    v = scale y C(g),   C(g) = g - <y, g>              pushforward, pullback
    v = scale y C(C(a) C(b))                           curvature

The mean comes in two words (_mean.py), so the spread of the seed decides the error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._lanes import counted, lanes_in
from ._mean import mean
from ._memory import (
    deliver,
    get,
    head_of,
    lanes_of,
    load,
    load_some,
    no_lanes,
    no_sum,
    some,
    store_some,
)
from ._sum import gathered, total
from ._vector import fused, select, splat, widened

# Below this, times an entry of any size, a number may be no normal one.
faint = varied(float32=lambda v: 2.0**-90, float64=lambda v: 2.0**-960)


@inlined
def finite(value: float) -> bool:
    return value - value == 0.0


@inlined
def across(seen: Any) -> float:
    """0 if every lane is, else NaN."""
    return 0.0 if counted(seen == splat(seen, 0.0)) == lanes_in(seen) else np.nan


@inlined
def whole(c: Any, slack: float) -> bool:
    """Whether y had no negative entry and summed to 1 within the slack."""
    return abs(get(c, 2) - 1.0) <= slack and get(c, 3) == 0.0


@inlined
def centred(g: Any, c: Any) -> Any:
    """C(g), the mean in two words."""
    return (g - splat(g, c[0])) - splat(g, c[1])


@inlined
def weighed(y: Any, h: Any, scale: Any) -> Any:
    """scale y h, the scale in two words and a power of two."""
    v = fused(y, h, splat(y, 0.0))  # 0 without a sign where y is 0
    if scale[0] != 1.0:
        v = fused(v, splat(v, scale[0]), v * splat(v, scale[1]))
    return v * splat(v, scale[2])


@inlined
def put_centred(
    y: Any, g: Any, length: int, means: Any, scale: Any, v: Any, streaming: bool
) -> float:
    """scale y C(g) into v; gives 0, or NaN where anything in it is not finite."""
    lanes, zero = lanes_of(y), no_lanes(y)
    c = get(means, 0), get(means, 1)
    # A scale above 1 would bring the digits in sight that a tiny second word has lost.
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
