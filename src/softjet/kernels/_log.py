"""The logarithm of a row's sum beside its largest exponential, row by row or eight."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import LOG2_E, log1p, two_sum
from ._lanes import first
from ._memory import as_lanes, get, lanes_of, load, load_as, no_lanes, put, store
from ._partition import others_of, powers
from ._room import LARGEST, LOG, REST, SUM, TOP
from ._row import LIFT, confident, raised
from ._sum import two_product
from ._vector import fused, narrowed, rounded, splat, widened

LOG_2 = 0.6931471805599453


@inlined
def put_tops(like: Any, count: int, inverse: Any, n: Any) -> None:
    """The largest exponential of each row, beside its sum."""
    zero, lanes = no_lanes(like), lanes_of(like)
    none = splat(zero, -np.inf)
    for i in range(0, count, lanes):
        m = narrowed(load_as(zero, n, LARGEST + i), zero)
        shift = powers(m, inverse) - splat(zero, LIFT)
        store(n, TOP + i, widened(raised(m, none, shift, inverse)))


@inlined
def put_logs_of_sums(length: int, count: int, inverse: Any, room: Any) -> None:
    """log(sum / largest exponential) of `count` rows.

    log1p of the others over the largest: small relative error where that is tiny.
    """
    e, n = room[0], room[3]
    put_tops(e, count, inverse, n)
    for i in range(count):
        top = get(n, TOP + i)
        rest = (get(n, SUM + i) - top) + get(n, REST + i)
        if not rest > top * confident(no_lanes(e)):
            rest = others_of(length, i, top, room)
        put(n, LOG + i, rest)
    for i in range(0, count, 8):
        store(n, LOG + i, log1p(load(n, LOG + i) / load(n, TOP + i)))


@inlined
def log_of_one_plus(t: float) -> float:
    """log(1 + t) of one number."""
    return first(log1p(as_lanes(t)))


def _values_single(length: int, count: int, inverse: Any, room: Any) -> None:
    n = room[3]
    for i in range(0, count, 8):
        s, top = load(n, SUM + i), load(n, LARGEST + i)
        k = rounded(top * splat(s, inverse[0]) * splat(s, LOG2_E))
        log = log1p(s * splat(s, 2.0**-LIFT) - splat(s, 1.0))
        store(n, LOG + i, fused(k, splat(s, LOG_2), log))


def _values_double(length: int, count: int, inverse: Any, room: Any) -> None:
    n = room[3]
    put_logs_of_sums(length, count, inverse, room)
    for i in range(count):
        m = get(n, LARGEST + i)
        top, lost = two_product(m, inverse[0])
        f, rest = two_sum(top, get(n, LOG + i))
        put(n, LOG + i, f + (rest + (lost + m * inverse[1])))


@inlined
def put_values(like: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    """The logsumexp of `count` rows.

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
