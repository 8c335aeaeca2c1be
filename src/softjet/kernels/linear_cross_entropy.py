"""A tile of logits, some rows by some classes: what the fused last layer asks of it.

    statistics     m = max, sum exp(z - m) - 1, sum t (m - z)      of each row
    gradient       z becomes f exp(z - m) - s t
    pushforward    statistics, and the mean of g under exp(z)
    curvature      z becomes the gradient, and g its derivative

Rows of a tile lie `pitch` apart in a larger block; its statistics merge with those of
the row's other tiles.  t is one row of target weights for all (its pitch is 0), one
for each, or none (an empty array).  With a soft cap c, z is c tanh of the logits over
c, and 1 - (z / c)^2 the slope.  Rows out of reach are left as they are, and marked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import kernel
from ._linear_sums import put_sums, weighed_seeds, weights_of
from ._linear_turn import put_curved, put_gradient
from ._mean import put_means
from ._memory import at, keep
from ._room import entries_of, inverse_of, pitch_of
from ._row import INF, REACH, rows_at_once


@kernel
def statistics(
    Z: Any,
    pitch: int,
    rows: int,
    length: int,
    T: Any,
    pitch_t: int,
    M: Any,
    tails: Any,
    falls: Any,
    masses: Any,
) -> int:
    """m, sum exp(z - m) - 1, sum t (m - z), sum t; gives how many rows have no m."""
    z, left = at(Z, 0), 0
    inverse = inverse_of(z, 1.0, 0.0)
    together, apart = rows_at_once(length), pitch_of(z, length)
    scratch = np.empty(entries_of(z, length), Z.dtype)
    room = at(scratch, 0), apart
    for base in range(0, rows, together):
        count = min(together, rows - base)
        out = at(M, base), at(tails, base)
        put_sums(at(z, base * pitch), length, pitch, count, inverse, room, out)
        for row in range(base, base + count):
            m = M[row]
            left += m != m
            if len(T):
                t, here = at(T, row * pitch_t), at(z, row * pitch)
                falls[row], masses[row] = weights_of(t, here, length, m)
    keep(scratch)
    return left


@kernel
def pushforward(
    Z: Any,
    G: Any,
    pitch: int,
    rows: int,
    length: int,
    T: Any,
    pitch_t: int,
    M: Any,
    tails: Any,
    falls: Any,
    masses: Any,
    means: Any,
    rests: Any,
    moments: Any,
) -> int:
    """`statistics`; the mean of g in two words, c and rest; sum t (g - c)."""
    z, g, left = at(Z, 0), at(G, 0), 0
    inverse = inverse_of(z, 1.0, 0.0)
    together, apart = rows_at_once(length), pitch_of(z, length)
    scratch = np.empty(entries_of(z, length), Z.dtype)
    e, found = at(scratch, 0), np.empty(4)
    for base in range(0, rows, together):
        count = min(together, rows - base)
        out = at(M, base), at(tails, base)
        room = e, apart
        put_sums(at(z, base * pitch), length, pitch, count, inverse, room, out)
        for i in range(count):
            row = base + i
            here = at(g, row * pitch)
            put_means(at(e, i * apart), length, here, length, 1, at(found, 0))
            means[row], rests[row] = found[0], found[1]
            # A seed that is not finite may lie where no mass is: NumPy looks.
            if not abs(found[0] + found[1]) < INF:
                M[row] = np.nan
            left += M[row] != M[row]
            if len(T):
                t, m = at(T, row * pitch_t), M[row]
                falls[row], masses[row] = weights_of(t, at(z, row * pitch), length, m)
                moments[row] = weighed_seeds(t, here, length, means[row])
    keep(scratch)
    keep(found)
    return left


@kernel
def gradient(
    Z: Any,
    pitch: int,
    rows: int,
    length: int,
    T: Any,
    pitch_t: int,
    M: Any,
    factors: Any,
    shares: Any,
    tight: float,
) -> None:
    """Z becomes factors exp(Z - M) - shares T; rows whose M is out of reach stay."""
    z = at(Z, 0)
    inverse = inverse_of(z, 1.0, 0.0)
    t = at(T, 0)
    for row in range(rows):
        if abs(M[row]) <= REACH:
            one = M[row], factors[row], shares[row], pitch
            here, weights = at(z, row * pitch), at(t, row * pitch_t)
            put_gradient(here, length, one, weights, len(T) > 0, tight, inverse)


@kernel
def curvature(
    Z: Any,
    G: Any,
    pitch: int,
    rows: int,
    length: int,
    T: Any,
    pitch_t: int,
    M: Any,
    factors: Any,
    seconds: Any,
    shares: Any,
    means: Any,
    rests: Any,
    tight: float,
) -> None:
    """Z becomes the gradient, G factors exp(Z - M) C(G) + seconds exp(Z - M)."""
    z, g, t = at(Z, 0), at(G, 0), at(T, 0)
    inverse = inverse_of(z, 1.0, 0.0)
    for row in range(rows):
        if abs(M[row]) <= REACH:
            two = factors[row], seconds[row], shares[row]
            one = (M[row], *two, means[row], rests[row])
            a, b, w = at(z, row * pitch), at(g, row * pitch), at(t, row * pitch_t)
            put_curved(a, b, length, one, w, len(T) > 0, tight, inverse)
