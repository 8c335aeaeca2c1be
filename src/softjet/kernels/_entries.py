"""Entry by entry: exp(-abs(x)) in the forms its four functions want, and the seeds.

With E = exp(-abs(x)) nothing overflows, and the sides of a sigmoid are

    near = 1 / (1 + E)      the probability of the side x lies on, 1/2 to 1
    far  = E near           of the other, with digits of its own, however small

Derivatives hold E as p 2^k until the seed is in: a far side below the normal numbers
would have lost the digits that a large seed brings back.  Every entry is answered
here, the infinite and NaN ones too, so nothing is marked and nothing branches on data.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import LOG2_E, exponential
from ._powers import power_of_two, scaled
from ._vector import fused, larger, magnitude, narrowed, rounded, select, splat, widened

INF = np.inf

# Below the first exp rounds to 0; below the second it does times any two seeds.
_value_floor = varied(float32=lambda x: -110.0, float64=lambda x: -760.0)
_slope_floor = varied(float32=lambda x: -300.0, float64=lambda x: -2200.0)


@inlined
def decay(x: Any) -> Any:
    """exp(-abs(x)); NaN where x is."""
    a = larger(splat(x, _value_floor(x)), -magnitude(x))
    return exponential(a, splat(x, 0.0))


@inlined
def split_decay(x: Any) -> Any:
    """p, k with exp(-abs(x)) = p 2^k, p near 1; p = 0 at infinity."""
    a = larger(splat(x, _slope_floor(x)), -magnitude(x))
    k = rounded(a * splat(x, LOG2_E))
    p = exponential(a, k)
    return select(magnitude(x) == splat(x, INF), splat(x, 0.0), p), k


@inlined
def near_words(e: Any) -> Any:
    """1 / (1 + e) in two words, for 0 <= e <= 1: the sum and the quotient mended."""
    one = splat(e, 1.0)
    divisor = one + e
    lost = e - (divisor - one)
    high = one / divisor
    return high, high * (fused(-divisor, high, one) - lost * high)


@inlined
def sides(x: Any) -> Any:
    """near, and far as a number times 2^k."""
    p, k = split_decay(x)
    # Beside 1 anything below 2^-100 is nothing, and a power of two of its own.
    high, low = near_words(scaled(p, larger(splat(x, -100.0), k)))
    near = high + low
    return near, p * near, k


@inlined
def lowered(v: Any, k: Any) -> Any:
    """v 2^k by halves: `scaled` alone reaches less far without AVX-512."""
    half = rounded(k * splat(k, 0.5))
    return scaled(scaled(v, half), k - half)


def _wide_float(v: Any, k: Any) -> Any:
    # `larger` gives its second where k is NaN, which is no whole number; v keeps it.
    return widened(v) * power_of_two(larger(k, splat(k, -1000.0)))


# v 2^k in float64.
wide = varied(float32=_wide_float, float64=lambda v, k: lowered(v, k))


@inlined
def unread_where_dead(x: Any, v: Any) -> Any:
    """v, and exactly 0 where x is -inf, whatever the seed there was."""
    return select(x == splat(x, -INF), splat(v, 0.0), v)


@inlined
def times_seed(c: Any, k: Any, seed: Any) -> Any:
    """c 2^k seed, for c up to 2; c is halved first, so no seed overflows on the way."""
    return lowered(splat(c, 0.5) * c * seed, k + splat(k, 1.0))


def _times_seeds_float(c: Any, k: Any, x_dot: Any, y_bar: Any) -> Any:
    return narrowed(wide(c, k) * widened(x_dot) * widened(y_bar), c)


def _times_seeds_double(c: Any, k: Any, x_dot: Any, y_bar: Any) -> Any:
    # Two large seeds take half of the power each, lest they overflow.  With a small one
    # they cannot, and what underflows before the power is put in would after it.
    one = splat(c, 1.0)
    large = (magnitude(x_dot) >= one) & (magnitude(y_bar) >= one)
    half = select(large, rounded(k * splat(k, 0.5)), splat(k, 0.0))
    v = scaled(splat(c, 0.5) * c * x_dot, half) * scaled(y_bar, half)
    return lowered(v, k - half - half + one)


# c 2^k x_dot y_bar for c up to 2; doubles hold any such product of floats.
times_seeds = varied(float32=_times_seeds_float, float64=_times_seeds_double)
