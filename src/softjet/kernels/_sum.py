"""Sums over a row: the tree depends on the length alone, the error not even on that.

A sum is two vectors, high and low.  Floats are widened, and low stays 0; of doubles,
low gathers what every addition rounds away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import two_sum
from ._lanes import first, high_half, low_half


def _gathered_wide(high: Any, low: Any, a: Any) -> Any:
    return high + a, low


def _gathered_double(high: Any, low: Any, a: Any) -> Any:
    high, lost = two_sum(high, a)
    return high, low + lost


gathered = varied(wide=_gathered_wide, float64=_gathered_double)


def _merged_wide(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    return a + b, a_low


def _merged_double(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    high, lost = two_sum(a, b)
    return high, a_low + b_low + lost


merged = varied(wide=_merged_wide, float64=_merged_double)


def _total_wide(high: Any, low: Any) -> Any:
    h8 = low_half(high) + high_half(high)
    h4 = low_half(h8) + high_half(h8)
    h2 = low_half(h4) + high_half(h4)
    return first(low_half(h2) + high_half(h2)), 0.0


def _total_double(high: Any, low: Any) -> Any:
    h4, lost4 = two_sum(low_half(high), high_half(high))
    h2, lost2 = two_sum(low_half(h4), high_half(h4))
    h1, lost1 = two_sum(low_half(h2), high_half(h2))
    l4 = low_half(low) + high_half(low) + lost4
    l2 = low_half(l4) + high_half(l4) + lost2
    return first(h1), first(low_half(l2) + high_half(l2) + lost1)


total = varied(wide=_total_wide, float64=_total_double)


@inlined
def two_product(a: float, b: float) -> tuple[float, float]:
    """p + e = a b exactly (Dekker 1971)."""
    p = a * b
    wide = 134217729.0 * a
    a_high = wide - (wide - a)
    wide = 134217729.0 * b
    b_high = wide - (wide - b)
    a_low, b_low = a - a_high, b - b_high
    return p, a_low * b_low - (
        ((p - a_high * b_high) - a_low * b_high) - a_high * b_low
    )


def _words_single(like: Any, high: float, low: float) -> tuple[float, float]:
    value = high + low
    near = np.float64(np.float32(value))
    return near, value - near


def _words_double(like: Any, high: float, low: float) -> tuple[float, float]:
    return high, low


# A number of two doubles as two words of what `like` holds.
words = varied(float32=_words_single, float64=_words_double)


def _quotient_single(like: Any, a: float, high: float, low: float) -> Any:
    return _words_in_single(like, a / high, 0.0)


def _quotient_double(like: Any, a: float, high: float, low: float) -> Any:
    r = a / high
    product, lost = two_product(r, high)
    return r, ((a - product) - lost - r * low) / high


_words_in_single = inlined(_words_single)
# a / (high + low) in two words of what `like` holds.
quotient = varied(float32=_quotient_single, float64=_quotient_double)
