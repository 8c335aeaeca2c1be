"""Rows taken apart: their exponentials, the largest logits, and the sums.

Long rows one by one, stage by stage over a few of them, so that one's waits are
another's work.  Rows no longer than a vector are turned, as many at a time as it has
lanes: entry k of all of them is one vector, nothing goes across lanes, and a row of two
costs little more than its share.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import LOG2_E, two_sum
from ._memory import (
    at,
    get,
    lanes_of,
    load,
    load_some,
    no_lanes,
    no_sum,
    prefetch,
    put,
    some,
    store,
)
from ._room import LARGEST, REST, SUM, turned
from ._row import (
    LIFT,
    answerable,
    exponentials,
    largest,
    mass,
    others,
    plain,
    power,
    raised,
)
from ._sum import gathered, total
from ._turn import turn
from ._vector import larger, narrowed, rounded, splat, widened


@inlined
def partition(x: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    """`count` rows taken apart into the room."""
    if turned(x, length):
        _partition_turned(x, length, count, inverse, room)
    else:
        _partition_each(x, length, count, inverse, room)


@inlined
def _partition_each(x: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    e, pitch, _, n = room
    far = count * length if length >= 256 else 0
    for i in range(count):
        put(n, LARGEST + i, largest(at(x, i * length), length))
    for i in range(count):
        here, row = at(x, i * length), at(e, i * pitch)
        exponentials(here, length, get(n, LARGEST + i), inverse, row, far)
    for i in range(count):
        a, b = mass(at(e, i * pitch), length)
        put(n, SUM + i, a)
        put(n, REST + i, b)


@inlined
def powers(m: Any, inverse: Any) -> Any:
    """`power` of every lane."""
    wide = widened(m)
    scaled = wide * splat(wide, inverse[0])
    return narrowed(rounded(scaled * splat(wide, LOG2_E)), m)


@inlined
def _partition_turned(x: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    e, _, lanes, n = room
    zero = no_lanes(x)
    turn(x, length, count, some(zero, length), e)
    most = splat(zero, -np.inf)
    for k in range(length):
        most = larger(load(e, k * lanes), most)
    floor = most - splat(zero, inverse[2])
    shift = powers(most, inverse) - splat(zero, LIFT)
    if plain(inverse):
        one = 1.0, 0.0, inverse[2]
        high, low = _raise_turned(e, length, lanes, floor, shift, one)
    else:
        high, low = _raise_turned(e, length, lanes, floor, shift, inverse)
    store(n, LARGEST, widened(most))
    store(n, SUM, high)
    store(n, REST, low)


@inlined
def _raise_turned(
    e: Any, length: int, lanes: int, floor: Any, shift: Any, inverse: Any
) -> Any:
    a = a_low = no_sum(e)
    for k in range(length):
        v = raised(load(e, k * lanes), floor, shift, inverse)
        store(e, k * lanes, v)
        a, a_low = gathered(a, a_low, widened(v))
    return a, a_low


def _sums_single(x: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    if turned(x, length):
        _partition_turned(x, length, count, inverse, room)
    else:
        n, far = room[3], count * length if length >= 256 else 0
        for i in range(count):
            put(n, LARGEST + i, largest(at(x, i * length), length))
        for i in range(count):
            row, m, one = at(x, i * length), get(n, LARGEST + i), (1.0, 0.0, inverse[2])
            if plain(inverse):
                put(n, SUM + i, mass_in_pairs(row, length, m, one, far))
            else:
                put(n, SUM + i, mass_in_pairs(row, length, m, inverse, far))


def _sums_double(x: Any, length: int, count: int, inverse: Any, room: Any) -> None:
    partition(x, length, count, inverse, room)


# The largest logits and the sums, and of floats no exponentials.
put_sums = varied(float32=_sums_single, float64=_sums_double)


@inlined
def mass_in_pairs(x: Any, length: int, m: float, inverse: Any, far: int) -> float:
    """The sum of float exponentials that are not kept: by pairs, then in float64.

    A rounding more than `mass`, less than u: of the 2 u promised for a logarithm near 0
    1.7 u are used; by fours it would be 2.1.  Without the store and the load a vector
    takes 17 cycles, not 21.
    """
    lanes, zero = lanes_of(x), no_lanes(x)
    floor = splat(zero, m - inverse[2])
    shift = splat(zero, power(m, inverse) - LIFT)
    total_ = other = no_sum(x)
    k = 0
    while k + 4 * lanes <= length:
        if far:
            prefetch(x, k + far)
            prefetch(x, k + lanes + far)
            prefetch(x, k + 2 * lanes + far)
            prefetch(x, k + 3 * lanes + far)
        a = raised(load(x, k), floor, shift, inverse)
        b = raised(load(x, k + lanes), floor, shift, inverse)
        c = raised(load(x, k + 2 * lanes), floor, shift, inverse)
        d = raised(load(x, k + 3 * lanes), floor, shift, inverse)
        total_ = total_ + widened(a + b)
        other = other + widened(c + d)
        k += 4 * lanes
    while k < length:
        rest = splat(zero, -np.inf)
        v = load_some(x, k, some(zero, length - k), rest)
        total_ = total_ + widened(raised(v, floor, shift, inverse))
        k += lanes
    return total(total_ + other, no_sum(x))[0]


@inlined
def marked(marks: Any, base: int, count: int, inverse: Any, n: Any) -> int:
    """Mark the rows that lie where the kernels are not right; gives how many."""
    left = 0
    for i in range(count):
        left += not answerable(get(n, LARGEST + i), get(n, SUM + i), inverse)
    if left:
        for i in range(count):
            if not answerable(get(n, LARGEST + i), get(n, SUM + i), inverse):
                put(marks, base + i, 1)
    return left


@inlined
def others_of(length: int, i: int, top: float, room: Any) -> float:
    """`others` of row i."""
    e, pitch, stride, n = room
    high, low = get(n, SUM + i), get(n, REST + i)
    if stride == 1:
        return others(at(e, i * pitch), length, top, high, low)
    a, a_low, left = 0.0, 0.0, 1
    for k in range(length):
        v = np.float64(get(e, i + k * stride))
        if left and v == top:
            left = 0
        else:
            a, lost = two_sum(a, v)
            a_low += lost
    return a + a_low
