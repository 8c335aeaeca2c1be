"""Products of a sparse matrix, by lines, with a dense one, and sums of their lines.

    C = A B,   c_i = sum_j a_ij b_j          over the entries of line i, in their order

A few vectors of c at a time stay in registers over all entries of the line, so c is
written once, and never cleared before.  Line by line, so neighbours and threads change
no bit.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._memory import (
    as_lanes,
    at,
    keep,
    lanes_of,
    load,
    load_some,
    no_lanes,
    some,
    store,
    store_some,
)


@inlined
def put_four(entries: Any, columns: Any, bounds: Any, b: Any, c: Any, k: int) -> None:
    """Four vectors of a line of c, from column k on."""
    lanes = lanes_of(b)
    first = second = third = fourth = no_lanes(b)
    for j in range(bounds[0], bounds[1]):
        a, here = as_lanes(entries[j]), columns[j] * bounds[2] + k
        first = first + a * load(b, here)
        second = second + a * load(b, here + lanes)
        third = third + a * load(b, here + 2 * lanes)
        fourth = fourth + a * load(b, here + 3 * lanes)
    store(c, k, first)
    store(c, k + lanes, second)
    store(c, k + 2 * lanes, third)
    store(c, k + 3 * lanes, fourth)


@inlined
def put_some(entries: Any, columns: Any, bounds: Any, b: Any, c: Any, k: int) -> None:
    """One vector, or as many columns as there are left."""
    zero = sum_ = no_lanes(b)
    mask = some(zero, bounds[2] - k)
    for j in range(bounds[0], bounds[1]):
        here = columns[j] * bounds[2] + k
        sum_ = sum_ + as_lanes(entries[j]) * load_some(b, here, mask, zero)
    store_some(c, k, sum_, mask)


@kernel
def multiply(
    starts: Any,
    columns: Any,
    entries: Any,
    B: Any,
    C: Any,
    width: int,
    first: int,
    last: int,
) -> None:
    """Lines first to last of C = A B, of `width` columns each; A in CSR form."""
    b, c = at(B, 0), at(C, 0)
    lanes = lanes_of(b)
    for i in range(first, last):
        bounds, line = (starts[i], starts[i + 1], width), at(c, i * width)
        k = 0
        while k + 4 * lanes <= width:
            put_four(entries, columns, bounds, b, line, k)
            k += 4 * lanes
        while k < width:
            put_some(entries, columns, bounds, b, line, k)
            k += lanes
    keep(B)
    keep(C)


@kernel
def add_lines(V: Any, places: Any, M: Any, width: int, first: int, last: int) -> None:
    """Line i of V to line places[i] of M, which may be of a wider dtype."""
    for i in range(first, last):
        there = places[i] * width
        for k in range(width):
            M[there + k] += V[i * width + k]
