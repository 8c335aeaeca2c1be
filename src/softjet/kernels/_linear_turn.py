"""A row of logits turned in place into its gradient, and its tangent likewise."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._lanes import first
from ._memory import (
    lanes_of,
    load,
    load_some,
    no_lanes,
    prefetch,
    some,
    store,
    store_some,
)
from ._row import INF, power, raised
from ._vector import fused, select, splat


@inlined
def slope(z: Any, tight: float) -> Any:
    """1 - (z / c)^2, and 0 where z is dead; tight is 1 / c."""
    one, share = splat(z, 1.0), z * splat(z, tight)
    d = (one - share) * (one + share)
    return select(z == splat(z, -INF), splat(z, 0.0), d)


@inlined
def scale_of(like: Any, m: float, factor: float, inverse: Any) -> Any:
    """The shift that brings exp(m) near 1, and factor over what is left of exp(m)."""
    shift = splat(like, power(m, inverse))
    top = raised(splat(like, m), splat(like, -INF), shift, inverse)
    return shift, splat(like, factor / np.float64(first(top)))


@inlined
def put_gradient(
    z: Any, length: int, row: Any, t: Any, weighed: bool, tight: float, inverse: Any
) -> None:
    """(f exp(z - m) - s t) times the slope of the cap, in place.

    Asks for the entries of the next row: rows lie far apart, and no processor guesses
    where the next one begins.
    """
    m, factor, share, pitch = row
    lanes, zero = lanes_of(z), no_lanes(z)
    shift, scale = scale_of(zero, m, factor, inverse)
    floor, minus = splat(zero, m - inverse[2]), splat(zero, -share)
    k = 0
    while k + 2 * lanes <= length and not weighed and tight == 0.0:
        prefetch(z, k + pitch)
        prefetch(z, k + pitch + lanes)
        a = raised(load(z, k), floor, shift, inverse)
        b = raised(load(z, k + lanes), floor, shift, inverse)
        store(z, k, a * scale)
        store(z, k + lanes, b * scale)
        k += 2 * lanes
    while k < length:
        mask = some(zero, length - k)
        v = load_some(z, k, mask, splat(zero, -INF))
        out = raised(v, floor, shift, inverse) * scale
        if weighed:
            out = fused(minus, load_some(t, k, mask, zero), out)
            out = select(v == splat(zero, -INF), zero, out)
        if tight != 0.0:
            out = out * slope(v, tight)
        store_some(z, k, out, mask)
        k += lanes


@inlined
def put_curved(
    z: Any,
    g: Any,
    length: int,
    row: Any,
    t: Any,
    weighed: bool,
    tight: float,
    inverse: Any,
) -> None:
    """The gradient in place of z, and its derivative in place of g."""
    m, factor, second, share, mean, rest = row
    lanes, zero = lanes_of(z), no_lanes(z)
    shift, scale = scale_of(zero, m, factor, inverse)
    _, other = scale_of(zero, m, second, inverse)
    floor, minus = splat(zero, m - inverse[2]), splat(zero, -share)
    c, c_low = splat(zero, mean), splat(zero, rest)
    bend = splat(zero, -2.0 * tight * tight)
    k = 0
    while k < length:
        mask = some(zero, length - k)
        v = load_some(z, k, mask, splat(zero, -INF))
        seed = load_some(g, k, mask, zero)
        seed = select(v == splat(zero, -INF), zero, seed)
        e = raised(v, floor, shift, inverse)
        out = e * scale
        dot = e * fused(scale, (seed - c) - c_low, other)
        dot = select(e == zero, zero, dot)
        if weighed:
            out = fused(minus, load_some(t, k, mask, zero), out)
        if tight != 0.0:
            d = slope(v, tight)
            turn = select(v == splat(zero, -INF), zero, bend * v * seed)
            dot, out = fused(dot, d, out * turn), out * d
        out = select(v == splat(zero, -INF), zero, out)
        store_some(z, k, out, mask)
        store_some(g, k, dot, mask)
        k += lanes
