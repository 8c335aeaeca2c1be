"""Arithmetic that notices when it is not good enough, and starts again with more bits.

Logits and seeds are binary fractions, so a few sums and products of them are exact
(`exactly`).  Exponentials are not, and a sum of them may cancel.  Every such sum goes
through `total`, which compares the result with the size of its terms; `settled` runs
the whole formula again with four times the precision when a sum has lost too much.

The budget: of the bits beyond the wanted ones a sum may lose a fifth, and no formula
here nests more than four sums, so the fifth part is left for the rounding of the
exponents: exp(d) has a relative error of |d| roundings, log2|d| <= spread bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from math import ceil, log2
from typing import Any, NamedTuple

from mpmath import mp, mpf

from softjet.errors import Refusal

SPARE = 160


class Cancelled(ArithmeticError):
    """A sum lost more bits than the present precision can spare."""


class _Budget(NamedTuple):
    loss: int
    last: bool


_BUDGET: ContextVar[_Budget] = ContextVar("softjet-oracle-budget")


def exactly() -> AbstractContextManager:
    """A context in which + - * of a few doubles are exact.

    A double spans 2098 bits and the longest expression is a sum of products of four;
    mpmath stores only the bits a number has, so the room costs nothing.
    """
    return mp.workprec(1 << 14)


def number(value: Any, what: str) -> mpf:
    """The exact value of a Python, NumPy or mpmath number; NaN and +inf are refused."""
    with exactly():
        result = mpf(value if isinstance(value, mpf) else float(value))
    if mp.isnan(result) or result == mp.inf:
        raise Refusal(
            "oracle-not-finite",
            f"the oracle has no exact answer for this {what}",
            got=f"{mp.nstr(result)} in the {what}",
            want="finite numbers; -inf only as a dead logit or sink",
        )
    return result


def numbers(values: Iterable, what: str) -> list[mpf]:
    return [number(value, what) for value in values]


def finite(values: Iterable, what: str) -> list[mpf]:
    """Exact values of numbers that may not be infinite either way."""
    result = numbers(values, what)
    if mp.ninf in result:
        number(mp.inf, what)
    return result


def same_length(row: int, values: Sequence, what: str) -> None:
    if len(values) != row:
        raise Refusal(
            "oracle-shape",
            f"the {what} do not line up with the row",
            got=f"{len(values)} {what}",
            want=f"{row}, one for each entry of the row",
        )


def refuse_sink(sink: Any) -> None:
    if sink is not None:
        raise Refusal(
            "oracle-sink",
            "this function takes no sink",
            got="a sink",
            want="sink=None; only logsumexp, softmax and log_softmax take one",
        )


def loses_target(targets: Iterable[mpf]) -> bool:
    """Whether these targets, of dead entries, make the loss infinite."""
    lost = list(targets)
    if any(t < 0 for t in lost):
        raise Refusal(
            "oracle-dead-target",
            "a dead entry has a negative target",
            got="a target below 0 where the logit is -inf",
            want="targets of 0 or more there: the loss is then 0 or +inf",
        )
    return any(lost)


def total(terms: Iterable[mpf]) -> mpf:
    """The sum of the terms, or Cancelled when too few of its bits are left.

    On the last round a sum that is still lost is called zero: it is then below
    2^-1600 of its terms, so that only an exact zero (of seeds that balance over equal
    logits, for instance) can have brought it there with arguments of double precision.
    """
    terms = list(terms)
    result, size = mp.fsum(terms), mp.fsum(terms, absolute=True)
    budget = _BUDGET.get()
    if not size or (result and mp.mag(result) >= mp.mag(size) - budget.loss):
        return result
    if budget.last:
        return mp.zero
    raise Cancelled


def power(exponent: mpf) -> mpf:
    """e^exponent, in the time of a small one also where it is huge.

    mpmath raises e to huge integers by repeated squaring: 30 ms at 1e308, and every
    double above 2^53 is an integer.
    """
    if mp.mag(exponent) < 40:
        return mp.exp(exponent)
    twos = mp.floor(exponent / mp.ln2)
    return mp.ldexp(mp.exp(exponent - twos * mp.ln2), int(twos))


def negative(value: mpf) -> mpf:
    """-value; outside a precision of its own, even a minus sign rounds in mpmath."""
    with exactly():
        return -value


def settled(formula: Callable[[], Any], spread: int, digits: int) -> Any:
    """The formula's results, right to `digits` digits, relative, each of them.

    `spread` is the number of bits that rounding an exponent may cost.
    """
    bits = ceil(digits * log2(10))
    precision = bits + SPARE + 5 * spread
    for last in (False, False, True):
        token = _BUDGET.set(_Budget((precision - bits) // 5, last))
        try:
            with mp.workprec(precision):
                return _rounded(formula(), bits + 8)
        except Cancelled:
            precision *= 4
        finally:
            _BUDGET.reset(token)
    raise AssertionError("the last round cannot cancel")


def _rounded(result: Any, bits: int) -> Any:
    if isinstance(result, (list, tuple)):
        return type(result)(_rounded(part, bits) for part in result)
    with mp.workprec(bits):
        return +result
