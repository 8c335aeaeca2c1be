"""exp and log1p of vectors, and the sums that keep what they round away.

Both bring their argument near 0 by a multiple of log 2 held in two words (Cody and
Waite 1980), take a polynomial there, and put the power of two back.  With a fused
multiply-add x - n log2_high is exact though log2_high has all its bits: near 0 the
difference has fewer.

exp takes n in steps of 1 / lanes and 2^(n - floor(n)) from a table that fits a register
(Tang 1989), so its argument is small and its polynomial short: 14 instructions, and
nearly all of the error is the last rounding.  What a table's entry lost is added to the
argument.  Polynomials are fitted to the least largest error (50 digits): 0.03 u in exp,
0.1 u in log1p.  Worst errors of the whole, over every float32 in range:
tests/kernels/test_elementary.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ._compile import inlined, varied
from ._powers import chosen, exponent, scaled
from ._vector import fused, polynomial, splat

LOG2_E = 1.4426950408889634


class Constants(NamedTuple):
    """Of exp and log1p, for one element type."""

    magic: float  # 1.5 2^p, its last bit worth 1 / lanes
    log2: tuple[float, float]  # log 2 and its rest
    exp: tuple[float, ...]  # (exp(r) - 1 - r) / r^2
    roots: tuple[float, ...]  # 2^(j / lanes)
    lost: tuple[float, ...]  # the logarithm of what rounding took from them
    log: tuple[float, ...]  # (2 atanh(s) - 2 s) / s^3, in s^2


SINGLE = Constants(
    magic=786432.0,
    log2=(0.6931471824645996, -1.904654299957768e-09),
    exp=(0.16667057573795319, 0.5000162124633789),
    roots=(
        1.0,
        1.0442737340927124,
        1.0905077457427979,
        1.1387885808944702,
        1.1892070770263672,
        1.2418577671051025,
        1.2968395948410034,
        1.3542555570602417,
        1.4142135381698608,
        1.4768261909484863,
        1.5422108173370361,
        1.610490322113037,
        1.6817928552627563,
        1.7562521696090698,
        1.8340080976486206,
        1.9152065515518188,
    ),
    lost=(
        0.0,
        4.6285471455576044e-08,
        -1.199215748926008e-08,
        4.7297820771063925e-08,
        3.1934181521364735e-08,
        3.621057231839586e-08,
        -3.0990722876822474e-08,
        -7.475213337215791e-09,
        1.7114270889351246e-08,
        -3.047683350132502e-08,
        5.233334210430485e-09,
        6.10759176566944e-09,
        -1.4719605978541495e-08,
        -5.258795177098818e-09,
        -6.128259677495862e-09,
        5.140609271592211e-09,
    ),
    log=(0.29590317606925964, 0.39988550543785095, 0.6666668653488159),
)
DOUBLE = Constants(
    magic=844424930131968.0,
    log2=(0.6931471805599453, 2.3190468138462996e-17),
    exp=(
        0.0001984247474919952,
        0.0013889783607019723,
        0.008333333316469693,
        0.04166666656928524,
        0.1666666666666741,
        0.5000000000000301,
    ),
    roots=(
        1.0,
        1.0905077326652577,
        1.189207115002721,
        1.2968395546510096,
        1.4142135623730951,
        1.5422108254079407,
        1.681792830507429,
        1.8340080864093424,
    ),
    lost=(
        0.0,
        -2.7939114859515733e-17,
        3.3484623336251524e-17,
        1.9572585293112036e-17,
        -6.835808657661923e-17,
        5.1548301170786783e-17,
        4.875160526227062e-17,
        1.790126907604513e-17,
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
    magic, roots, lost = constants.magic, constants.roots, constants.lost

    def exponential(x: Any, shift: Any) -> Any:
        """exp(x) 2^-shift, for abs(x) <= 2^17 and shift a whole number.

        Nothing is subtracted from x but its multiple of log 2, which is exact; so the
        error is that of a small argument, wherever the row lies: 1.1 u at most.
        """
        # Added to 1.5 2^p, a number of p + 1 bits keeps the nearest multiple of
        # 1 / lanes, and its last bits say which.
        whole = fused(x, splat(x, LOG2_E), splat(x, magic))
        n = whole - splat(x, magic)
        r = fused(n, splat(x, -log2_high), x)
        return raised(whole, fused(n, splat(x, -log2_low), r), shift)

    def divided(x: Any, shift: Any, high: Any, low: Any) -> Any:
        """The same for x times a number in two words, as x / T is."""
        q = x * high
        whole = fused(q, splat(x, LOG2_E), splat(x, magic))
        n = whole - splat(x, magic)
        r = fused(n, splat(x, -log2_high), q)
        rest = fused(n, splat(x, -log2_low), fused(x, high, -q) + x * low)
        return raised(whole, r + rest, shift)

    @inlined
    def raised(whole: Any, r: Any, shift: Any) -> Any:
        root, t = chosen(roots, whole), r + chosen(lost, whole)
        p = fused(root, fused(polynomial(t, terms), t * t, t), root)
        return scaled(p, whole - (splat(t, magic) + shift))

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
