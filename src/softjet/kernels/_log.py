"""The logarithm of a row's sum beside its largest exponential, row by row or eight."""

from __future__ import annotations

from typing import Any

from ._compile import inlined, varied
from ._elementary import LOG2_E, log1p, two_sum
from ._memory import as_lanes, at, get, load, no_lanes, put, store
from ._row import LIFT, others, peak
from ._sum import two_product
from ._vector import first, fused, rounded, splat

LOG_2 = 0.6931471805599453


@inlined
def put_logs_of_sums(length: int, count: int, inverse: Any, room: Any) -> None:
    """log(sum / largest exponential) of `count` rows, in place of their sums.

    log1p of the others over the largest: small relative error where that is tiny.
    """
    e, pitch, m, high, low = room
    for i in range(count):
        row = at(e, i * pitch)
        top = peak(get(m, i), no_lanes(e), inverse)
        put(high, i, others(row, length, top, get(high, i), get(low, i)) / top)
    for i in range(0, count, 8):
        store(high, i, log1p(load(high, i)))


@inlined
def log_of_one_plus(t: float) -> float:
    """log(1 + t) of one number."""
    return first(log1p(as_lanes(t)))


def _values_single(length: int, count: int, inverse: Any, room: Any) -> None:
    _, _, m, high, _ = room
    for i in range(0, count, 8):
        s, top = load(high, i), load(m, i)
        n = rounded(top * splat(s, inverse[0]) * splat(s, LOG2_E))
        log = log1p(s * splat(s, 2.0**-LIFT) - splat(s, 1.0))
        store(high, i, fused(n, splat(s, LOG_2), log))


def _values_double(length: int, count: int, inverse: Any, room: Any) -> None:
    _, _, m, high, _ = room
    put_logs_of_sums(length, count, inverse, room)
    for i in range(count):
        top, lost = two_product(get(m, i), inverse[0])
        f, rest = two_sum(top, get(high, i))
        put(high, i, f + (rest + (lost + get(m, i) * inverse[1])))


@inlined
def put_values(like: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    """The logsumexp of `count` rows, in place of their sums.

    N log 2 + log(sum) in float64 is right for float32; in float64 it would cancel where
    the logsumexp is near 0, so there the largest logit is taken apart from the others.
    """
    _put_values(like, length, count, inverse, room)


_single_values, _double_values = inlined(_values_single), inlined(_values_double)
_put_values = varied(
    float32=lambda like, length, count, inverse, room: _single_values(
        length, count, inverse, room
    ),
    float64=lambda like, length, count, inverse, room: _double_values(
        length, count, inverse, room
    ),
)
