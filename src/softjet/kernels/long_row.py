"""One long row in blocks: each block by itself, then merged, so threads can share it.

    (N1, s1) + (N2, s2) = (N, s1 2^(N1 - N) + s2 2^(N2 - N)),   N = max(N1, N2)

A block is summed in base two about its own largest logit, so the merge moves exponents
alone and rounds nothing but the sum; the exponentials wait in the answer's own memory.
Blocks depend on the length of the row alone: the bits are the same for any number of
threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, kernel
from ._elementary import two_sum
from ._log import log_of_one_plus
from ._memory import (
    at,
    before_line,
    keep,
    lanes_of,
    load,
    load_some,
    no_lanes,
    some,
    store,
    store_some,
)
from ._powers import scaled
from ._room import inverse_of
from ._row import (
    BLOCK,
    LONG,
    answerable,
    exponentials,
    largest,
    mass,
    peak,
    power,
    put_scaled,
)
from ._sum import quotient, two_product
from ._vector import fused, splat

__all__ = ["BLOCK", "LONG", "finish", "logsumexp", "measure", "merge"]


# So far down nothing of a block is left.
FAR = -2000.0


@inlined
def blocks_of(length: int) -> int:
    """Blocks in a row."""
    return (length + BLOCK - 1) // BLOCK


@inlined
def place_of(block: int, length: int) -> tuple[int, int]:
    """Where a block starts in the flat array, and how long it is."""
    each = blocks_of(length)
    row, number = block // each, block % each
    start = number * BLOCK
    return row * length + start, min(BLOCK, length - start)


@kernel
def measure(
    X: Any,
    Y: Any,
    M: Any,
    length: int,
    start: int,
    stop: int,
    high: float,
    low: float,
) -> None:
    """The largest logit of every block and the sum about it: M holds (m, s, s_low).

    The exponentials go into Y, unless it is empty.
    """
    x, y = at(X, 0), at(Y, 0)
    inverse = inverse_of(x, high, low)
    scratch = np.empty(BLOCK + lanes_of(x), X.dtype)
    e = at(scratch, 0)
    e = at(e, before_line(e, 0))
    for block in range(start, stop):
        k, entries = place_of(block, length)
        row = at(x, k)
        m = largest(row, entries)
        # Whole vectors only: what fills up a shorter block belongs to the next row.
        direct = len(Y) > 0 and entries % lanes_of(x) == 0
        room = at(y, k) if direct else e
        exponentials(row, entries, m if m > -np.inf else 0.0, inverse, room, 0)
        a, b = mass(room, entries)
        M[block, 0], M[block, 1], M[block, 2] = m, a, b
        if len(Y) and not direct:
            put_scaled(e, entries, (1.0, 0.0), at(y, k), False)
    keep(scratch)


@kernel
def merge(M: Any, R: Any, marks: Any, length: int, high: float) -> int:
    """The blocks of every row made one: R holds (m, s, s_low); how many are left."""
    each = blocks_of(length)
    left = 0
    inverse = high, 0.0, 0.0
    for row in range(len(R)):
        m = -np.inf
        for block in range(row * each, (row + 1) * each):
            m = max(m, M[block, 0])
        s = rest = 0.0
        for block in range(row * each, (row + 1) * each):
            if M[block, 0] == -np.inf:
                continue
            down = power(M[block, 0], inverse) - power(m, inverse)
            down = 2.0 ** max(down, FAR)
            s, lost = two_sum(s, M[block, 1] * down)
            rest += lost + M[block, 2] * down
        R[row, 0], R[row, 1], R[row, 2] = m, s, rest
        if not answerable(m, s, inverse):
            marks[row] = 1
            left += 1
    return left


@kernel
def finish(
    Y: Any, M: Any, R: Any, length: int, start: int, stop: int, high: float
) -> None:
    """The exponentials of every block become probabilities, where they are."""
    y = at(Y, 0)
    inverse = high, 0.0, 0.0
    for block in range(start, stop):
        k, entries = place_of(block, length)
        row = block // blocks_of(length)
        scale = quotient(y, 1.0, R[row, 1], R[row, 2])
        down = power(M[block, 0], inverse) - power(R[row, 0], inverse)
        put_lowered(at(y, k), entries, max(down, FAR), scale)


@inlined
def put_lowered(y: Any, length: int, down: float, scale: Any) -> None:
    """y 2^down times a number in two words, in place."""
    lanes, zero = lanes_of(y), no_lanes(y)
    n = splat(zero, down)
    high, low = splat(zero, scale[0]), splat(zero, scale[1])
    k = 0
    while k + lanes <= length:
        a = scaled(load(y, k), n)
        store(y, k, fused(a, high, a * low))
        k += lanes
    if k < length:
        mask = some(zero, length - k)
        a = scaled(load_some(y, k, mask, zero), n)
        store_some(y, k, fused(a, high, a * low), mask)


@kernel
def logsumexp(R: Any, X: Any, F: Any, high: float, low: float) -> None:
    """f of every row, from what `merge` made of it; X only says the dtype."""
    x = at(X, 0)
    inverse = inverse_of(x, high, low)
    for row in range(len(R)):
        m, s, rest = R[row, 0], R[row, 1], R[row, 2]
        top = peak(m, no_lanes(x), inverse)
        log = log_of_one_plus(max((s - top) + rest, 0.0) / top)
        product, lost = two_product(m, high)
        f, more = two_sum(product, log)
        F[row] = f + (more + (lost + m * low))
