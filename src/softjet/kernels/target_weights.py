"""Rows of target weights, as a cross-entropy of more than a class id reads them.

    t_j = w_j ((1 - s) p_j + s / live  where x_j is live)

p is a row of probabilities, or 1 at a class id; s is the share that smoothing spreads
over the live classes, w the class weights.  Made for a piece at a time, in its caches:
that costs a read and a write there, and leaves one loss kernel instead of eight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, kernel
from ._lanes import counted
from ._memory import (
    at,
    keep,
    lanes_of,
    load_as,
    load_some,
    load_some_wide,
    no_lanes,
    no_sum,
    put,
    some,
    store_some,
)
from ._sum import gathered, total
from ._vector import narrowed, select, splat


@inlined
def live_count(x: Any, length: int) -> int:
    """How many entries are not -inf: NaN is alive, and its row counts in a mean."""
    zero, found = no_lanes(x), 0
    dead = splat(zero, -np.inf)
    for k in range(0, length, lanes_of(x)):
        found += counted(load_some(x, k, some(zero, length - k), zero) == dead)
    return length - found


@inlined
def put_row(x: Any, p: Any, w: Any, length: int, shares: Any, t: Any) -> Any:
    """One row, from probabilities p; gives its sum.  shares: 1 - s, s / live."""
    zero, none = no_lanes(x), no_sum(x)
    dead, rest, spread = (
        splat(zero, -np.inf),
        splat(none, shares[0]),
        splat(none, shares[1]),
    )
    s = s_low = none
    for k in range(0, length, lanes_of(x)):
        mask = some(zero, length - k)
        gone = load_some(x, k, mask, dead) == dead
        share = select(gone, none, spread) + rest * load_some_wide(p, k, mask)
        share = share * load_as(zero, w, k)
        s, s_low = gathered(s, s_low, share)
        store_some(t, k, narrowed(share, zero), mask)
    high, low = total(s, s_low)
    return high + low


@kernel
def put_weights(
    X: Any,
    P: Any,
    ids: Any,
    W: Any,
    T: Any,
    F: Any,
    length: int,
    start: int,
    stop: int,
    smoothing: float,
) -> None:
    """The weights of every row into T, and their sums into F.

    Of probabilities P if there are any, else of class ids; W is filled up with zeros to
    whole vectors.
    """
    x, p, w, t = at(X, 0), at(P, 0), at(W, 0), at(T, 0)
    for row in range(start, stop):
        k = row * length
        live = live_count(at(x, k), length) if smoothing > 0.0 else 1
        shares = 1.0 - smoothing, smoothing / max(live, 1)
        if len(P):
            F[row] = put_row(at(x, k), at(p, k), w, length, shares, at(t, k))
            continue
        for j in range(length):
            put(t, k + j, 0.0)
        put(t, k + ids[row], 1.0)
        F[row] = put_row(at(x, k), at(t, k), w, length, shares, at(t, k))
    keep(X)
    keep(P)
    keep(W)
    keep(T)


@kernel
def put_sums(T: Any, F: Any, length: int, start: int, stop: int) -> None:
    """The sums of weights that are there already."""
    t = at(T, 0)
    zero, none = no_lanes(t), no_sum(t)
    for row in range(start, stop):
        s = s_low = none
        for k in range(0, length, lanes_of(t)):
            mask = some(zero, length - k)
            share = load_some_wide(at(t, row * length), k, mask)
            s, s_low = gathered(s, s_low, share)
        high, low = total(s, s_low)
        F[row] = high + low
    keep(T)
