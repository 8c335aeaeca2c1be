"""Exponentials times a number a row, into the answer."""

from __future__ import annotations

from typing import Any

from ._compile import inlined
from ._memory import at, get, lanes_of, load, load_as, no_lanes, put, some, store
from ._room import FACTOR, REST, SCALE, SCALE_REST, SUM
from ._row import put_scaled
from ._sum import quotient
from ._turn import turn_out
from ._vector import fused, narrowed


@inlined
def put_scales(like: Any, count: int, n: Any) -> None:
    """The factors over the sums, in two words of what `like` holds."""
    for i in range(count):
        scale = quotient(like, get(n, FACTOR + i), get(n, SUM + i), get(n, REST + i))
        put(n, SCALE + i, scale[0])
        put(n, SCALE_REST + i, scale[1])


@inlined
def put_rows_scaled(
    length: int, count: int, room: Any, out: Any, streaming: bool
) -> None:
    """Each row of the room times its scale, to the rows of `out`."""
    e, pitch, stride, n = room
    if stride == 1:
        for i in range(count):
            scale = get(n, SCALE + i), get(n, SCALE_REST + i)
            put_scaled(at(e, i * pitch), length, scale, at(out, i * length), streaming)
    else:
        _put_turned(length, count, e, n, out)


@inlined
def _put_turned(length: int, count: int, e: Any, n: Any, out: Any) -> None:
    lanes, zero = lanes_of(e), no_lanes(e)
    high = narrowed(load_as(zero, n, SCALE), zero)
    low = narrowed(load_as(zero, n, SCALE_REST), zero)
    for k in range(length):
        v = load(e, k * lanes)
        store(e, k * lanes, fused(v, high, v * low))
    turn_out(e, out, length, count, some(zero, length))
