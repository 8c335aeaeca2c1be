"""The exact answer for one row: value, pushforward, pullback and curvature, 60 digits.

    value(name, x, *given)                       f(x / T)
    pushforward(name, x, x_dot, *given)          J x_dot
    pullback(name, x, y_bar, *given)             J^T y_bar
    curvature(name, x, x_dot, y_bar, *given)     d/dh of the pullback of y_bar at
                                                 x + h x_dot

Every entry of every result is right to `digits` digits *relative*: also the
-5.1e-435 of log_softmax([0, -1000]).  The formulas are the textbook's, in mpmath, with
a precision that rises when a sum cancels; nothing is shared with the rules that they
judge.

What a row may hold: finite numbers of any dtype, taken exactly, and -inf, which is
dead: it leaves the row, its seed is never read and its derivative is 0.  NaN and +inf
are refused, because there is no exact answer to compare with.

sigmoid, log_sigmoid, softplus and binary_cross_entropy act on each entry, softmax and
log_softmax give a row, the others a number; the seed y_bar has that shape.  Only
logsumexp, softmax and log_softmax take a sink; it is not divided by T.  With counts,
sums over the row are weighted, and results (gradients too) are those of one copy.

Results carry more digits than mpmath works with by default, and its operators round to
`mp.prec` bits, a minus sign included: compare with `ulps`, which does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ml_dtypes
import numpy as np
from mpmath import mp, mpf

from softjet.check import _entries, _pair, _rowwise
from softjet.check._exact import exactly
from softjet.errors import Refusal

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "logsumexp": _rowwise.LogSumExp,
    "softmax": _rowwise.Softmax,
    "log_softmax": _rowwise.LogSoftmax,
    "sigmoid": _entries.Sigmoid,
    "log_sigmoid": _entries.LogSigmoid,
    "softplus": _entries.Softplus,
    "cross_entropy": _rowwise.CrossEntropy,
    "binary_cross_entropy": _entries.BinaryCrossEntropy,
    "kl_divergence": _pair.KLDivergence,
    "entropy": _rowwise.Entropy,
}
_TARGETED = ("cross_entropy", "binary_cross_entropy")

NAMES = tuple(_FUNCTIONS)


def value(
    name: str,
    x: Sequence,
    *given: Sequence,
    temperature: Any = 1.0,
    sink: Any = None,
    counts: Sequence[int] | None = None,
    digits: int = 60,
) -> Any:
    """The exact value of a function at one row:  f(x / T).

    Parameters
    ----------
    name : str
        One of `NAMES`.
    x : sequence of K numbers
        Logits, finite or -inf; for kl_divergence the pair (p_logits, q_logits).
    given : sequence of K numbers
        Targets t of cross_entropy (-<t, log_softmax>) and binary_cross_entropy.
    temperature, sink : number
        T > 0; a sink s adds a term exp(s) to the sum, see the module.
    counts : K integers, optional
        Multiplicities: entry j stands for counts[j] equal entries.
    digits : int
        Correct significant digits of every result.

    Returns a list of K mpf, or one mpf where the function gives a number.  Refuses NaN,
    +inf, unknown names and lengths that differ.

    >>> from mpmath import nstr
    >>> nstr(value("log_softmax", [0.0, -1000.0])[0], 6)
    '-5.07596e-435'
    """
    options = {"sink": sink, "counts": counts, "digits": digits}
    return _function(name, x, given, temperature=temperature, **options).value()


def pushforward(
    name: str,
    x: Sequence,
    x_dot: Sequence,
    *given: Sequence,
    temperature: Any = 1.0,
    sink: Any = None,
    counts: Sequence[int] | None = None,
    digits: int = 60,
) -> Any:
    """The exact JVP: the derivative of the value along x_dot.

        J x_dot,  J the Jacobian by x

    x_dot has the shape of x (a pair for kl_divergence); everything else and the
    result are as for `value`.

    >>> from mpmath import nstr
    >>> nstr(pushforward("logsumexp", [0.0, 0.0], [1.0, 2.0]), 6)
    '1.5'
    """
    options = {"sink": sink, "counts": counts, "digits": digits}
    function = _function(name, x, given, temperature=temperature, **options)
    return function.pushforward(_pair_for(name, x_dot))


def pullback(
    name: str,
    x: Sequence,
    y_bar: Any,
    *given: Sequence,
    temperature: Any = 1.0,
    sink: Any = None,
    counts: Sequence[int] | None = None,
    digits: int = 60,
) -> Any:
    """The exact VJP: the gradient by x of <y_bar, value>.

        J^T y_bar

    y_bar is a row, or one number where the value is a number.  The result has the
    shape of x; with counts it is the gradient by one copy of each entry.

    >>> from mpmath import nstr
    >>> nstr(pullback("cross_entropy", [40.0, 0.0], 1.0, [1.0, 0.0])[0], 6)
    '-4.24835e-18'
    """
    options = {"sink": sink, "counts": counts, "digits": digits}
    return _function(name, x, given, temperature=temperature, **options).pullback(y_bar)


def curvature(
    name: str,
    x: Sequence,
    x_dot: Sequence,
    y_bar: Any,
    *given: Sequence,
    temperature: Any = 1.0,
    sink: Any = None,
    counts: Sequence[int] | None = None,
    digits: int = 60,
) -> Any:
    """The exact second order: the derivative along x_dot of the pullback of y_bar.

        for softmax  y (C(x_dot) C(y_bar) - <y, C(x_dot) C(y_bar)>) / T^2,
        C(a) = a - <y, a>

    Of a function to a number it is y_bar times the Hessian times x_dot.  Arguments and
    result are those of `pushforward` and `pullback`.

    >>> from mpmath import nstr
    >>> nstr(curvature("softplus", [0.0], [1.0], [1.0])[0], 6)
    '0.25'
    """
    options = {"sink": sink, "counts": counts, "digits": digits}
    function = _function(name, x, given, temperature=temperature, **options)
    return function.curvature(_pair_for(name, x_dot), y_bar)


def _function(name: str, x: Any, given: tuple, **options: Any) -> Any:
    if name not in _FUNCTIONS:
        raise Refusal(
            "oracle-name",
            "the oracle does not know this function",
            got=str(name),
            want=", ".join(NAMES),
        )
    wanted = 1 if name in _TARGETED else 0
    if len(given) != wanted:
        raise Refusal(
            "oracle-targets",
            f"{name} takes {wanted or 'no'} row of targets",
            got=f"{len(given)} rows after the seeds",
            want=f"{wanted}",
        )
    return _FUNCTIONS[name](_pair_for(name, x), *given, **options)


def _pair_for(name: str, x: Any) -> Any:
    if name == "kl_divergence" and len(x) != 2:
        raise Refusal(
            "oracle-pair",
            "kl_divergence is a function of two rows",
            got=f"{len(x)} of them",
            want="the pair (p, q), for logits and for tangents",
        )
    return x


def unit_roundoff(dtype: Any) -> float:
    """Half the distance from 1 to the next larger number: 2^-24, 2^-53.

    >>> unit_roundoff("float32") == 2.0**-24
    True
    """
    return 2.0 ** -(ml_dtypes.finfo(np.dtype(dtype)).nmant + 1)


def ulps(got: Any, exact: Any, dtype: Any) -> float:
    """The error of a computed number, in spacings of its dtype at the exact value.

        |got - exact| / 2^(e - m),   2^e <= |exact| < 2^(e + 1),   m mantissa bits

    Below the smallest normal number the spacing is the smallest subnormal.  Infinity
    is right (0) where the exact value rounds to it, and counts as the next power of
    two just below that.  NaN is infinitely wrong, unless the exact value is NaN.

    >>> ulps(1.0 + 2**-52, 1, "float64")
    1.0
    """
    info = ml_dtypes.finfo(np.dtype(dtype))
    exact = mpf(exact) if not isinstance(exact, mpf) else exact
    with exactly():
        got = got if isinstance(got, mpf) else mpf(float(got))
        if mp.isnan(got) or mp.isnan(exact):
            return 0.0 if mp.isnan(got) and mp.isnan(exact) else float("inf")
        if got == exact:
            return 0.0
        if mp.isinf(exact):
            return float("inf")
        exponent = mp.mag(exact) - 1 if exact else info.minexp
        exponent = min(max(exponent, info.minexp), info.maxexp - 1)
        spacing = mp.ldexp(1, exponent - info.nmant)
        if mp.isinf(got):
            return _overflow(got, exact, spacing, info)
        return float(abs(got - exact) / spacing)


def _overflow(got: mpf, exact: mpf, spacing: mpf, info: Any) -> float:
    """The error of an infinity where the exact value is finite."""
    edge = mp.ldexp(1, info.maxexp)
    size = exact if got > 0 else -exact
    if size >= edge - spacing / 2:
        return 0.0
    return float((edge - size) / spacing) if size >= edge / 2 else float("inf")
