"""The logarithm of a row's sum beside its largest exponential, row by row or eight."""

from __future__ import annotations

from typing import Any

from ._compile import inlined
from ._elementary import log1p
from ._memory import as_lanes, at, get, load, no_lanes, put, store
from ._row import others, peak
from ._vector import first


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
