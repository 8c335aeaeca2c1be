"""exp and log1p of vectors, and the sums that keep what they round away.

Both bring their argument near 0 by a multiple of log 2 held in two words (Cody and
Waite 1980), take a polynomial there, and put the power of two back.  With a fused
multiply-add x - n log2_high is exact though log2_high has all its bits: near 0 the
difference has fewer.  The polynomials are near-minimax fits (Chebyshev nodes, 50
digits): relative errors of 0.13 u in exp and 0.1 u in log1p.  Worst errors of the
whole, over every float32 in range: tests/kernels/test_elementary.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ._compile import inlined, varied
from ._powers import exponent, scaled
from ._vector import fused, polynomial, rounded, splat

LOG2_E = 1.4426950408889634


class Constants(NamedTuple):
    """Of exp and log1p, for one element type."""

    magic: float  # 1.5 2^p, p the bits of the fraction
    log2: tuple[float, float]  # log 2 and its rest
    exp: tuple[float, ...]  # (exp(r) - 1 - r) / r^2
    log: tuple[float, ...]  # (2 atanh(s) - 2 s) / s^3, in s^2


SINGLE = Constants(
    magic=12582912.0,
    log2=(0.6931471824645996, -1.904654299957768e-09),
    exp=(
        0.0013926184037700295,
        0.008363178931176662,
        0.041666556149721146,
        0.16666576266288757,
        0.5,
    ),
    log=(0.29590317606925964, 0.39988550543785095, 0.6666668653488159),
)
DOUBLE = Constants(
    magic=6755399441055744.0,
    log2=(0.6931471805599453, 2.3190468138462996e-17),
    exp=(
        2.510038549551032e-08,
        2.7620088445409746e-07,
        2.7557268459997064e-06,
        2.4801521295954376e-05,
        0.00019841269863053618,
        0.0013888888917213717,
        0.008333333333330062,
        0.04166666666662413,
        0.16666666666666669,
        0.5000000000000001,
    ),
    log=(
        0.1463003136412286,
        0.15330617306743305,
        0.18182922513515942,
        0.22222210674238516,
        0.28571428628810996,
        0.3999999999989322,
        0.666666666666667,
    ),
)


@inlined
def two_sum(a: Any, b: Any) -> Any:
    """s + e = a + b exactly (Knuth 1969)."""
    s = a + b
    back = s - a
    return s, (a - (s - back)) + (b - back)


@inlined
def fast_two_sum(a: Any, b: Any) -> Any:
    """The same for abs(a) >= abs(b) (Dekker 1971)."""
    s = a + b
    return s, b - (s - a)


def _exponential(constants: Constants) -> Any:
    (log2_high, log2_low), terms = constants.log2, constants.exp
    magic = constants.magic

    def exponential(x: Any, shift: Any) -> Any:
        """exp(x) 2^-shift, for abs(x) <= 2^18 and shift a whole number.

        Nothing is subtracted from x but its multiple of log 2, which is exact; so the
        error is that of a small argument, wherever the row lies: 1.1 u at most.
        """
        one, low = splat(x, 1.0), splat(x, -log2_low)
        # Added to 1.5 2^p, a number of p + 1 bits loses its fraction: n, to nearest.
        whole = fused(x, splat(x, LOG2_E), splat(x, magic))
        n = whole - splat(x, magic)
        r = fused(n, splat(x, -log2_high), x)
        tiny = n * low
        s, t = one + r, r + tiny
        rest = (r - (s - one)) + tiny
        p = s + fused(polynomial(t, terms), t * t, rest)
        return scaled(p, whole - (splat(x, magic) + shift))

    def divided(x: Any, shift: Any, high: Any, low: Any) -> Any:
        """The same for x times a number in two words, as x / T is."""
        one, q = splat(x, 1.0), x * high
        n = rounded(q * splat(x, LOG2_E))
        r = fused(n, splat(x, -log2_high), q)
        rest = fused(n, splat(x, -log2_low), fused(x, high, -q) + x * low)
        t, s = r + rest, one + r
        p = s + fused(polynomial(t, terms), t * t, (r - (s - one)) + rest)
        return scaled(p, n - shift)

    return exponential, divided


_single, _double = _exponential(SINGLE), _exponential(DOUBLE)
exponential = varied(float32=_single[0], float64=_double[0])
divided = varied(float32=_single[1], float64=_double[1])


def _log1p(constants: Constants) -> Any:
    (log2_high, log2_low), terms = constants.log2, constants.log

    def log1p(t: Any) -> Any:
        """log(1 + t) for 0 <= t <= 2^100, to less than an ulp, tiny t included."""
        one, low_of_2 = splat(t, 1.0), splat(t, log2_low)
        u, lost = two_sum(one, t)
        # The power of two that brings u between sqrt(1/2) and sqrt(2); 0 for t < 0.41,
        # where u - 1 + lost is t again, exactly.
        k = exponent(u * splat(t, 0.7071067811865476)) + one
        f, f_low = fast_two_sum(scaled(u, -k) - one, scaled(lost, -k))
        s = f / (splat(t, 2.0) + f)
        square = s * s
        half = splat(t, 0.5) * f * f
        low = fused(s, half + square * polynomial(square, terms), k * low_of_2)
        # From t = 0.41 on f is negative: its sum with k log 2 keeps what it rounds.
        log2 = splat(t, log2_high)
        high = fused(k, log2, f)
        rest = fused(k, log2, -high) + f + fused(-f, f_low, f_low)
        return high + (rest - (half - low))

    return log1p


log1p = varied(float32=_log1p(SINGLE), float64=_log1p(DOUBLE))
