"""The loop over entries: a function of vectors, run from one flat array to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._compile import inlined
from ._memory import (
    lanes_of,
    load,
    load_some,
    no_lanes,
    some,
    store,
    store_some,
)

# Numba unrolls no loop over a tuple, so loads are spelled out by their number.
_LOADS = {
    1: lambda s, k: (load(s[0], k),),
    2: lambda s, k: (load(s[0], k), load(s[1], k)),
    3: lambda s, k: (load(s[0], k), load(s[1], k), load(s[2], k)),
    4: lambda s, k: (load(s[0], k), load(s[1], k), load(s[2], k), load(s[3], k)),
}
_PARTS = {
    1: lambda s, k, m, z: (load_some(s[0], k, m, z),),
    2: lambda s, k, m, z: (load_some(s[0], k, m, z), load_some(s[1], k, m, z)),
    3: lambda s, k, m, z: (
        load_some(s[0], k, m, z),
        load_some(s[1], k, m, z),
        load_some(s[2], k, m, z),
    ),
    4: lambda s, k, m, z: (
        load_some(s[0], k, m, z),
        load_some(s[1], k, m, z),
        load_some(s[2], k, m, z),
        load_some(s[3], k, m, z),
    ),
}


def entrywise(function: Callable[..., Any], count: int) -> Any:
    """A loop over [start, stop) of `count` sources; ends are masked vectors.

    Lane by lane, so an entry's bits know nothing of its neighbours or its place.
    """
    whole, part = inlined(_LOADS[count]), inlined(_PARTS[count])

    @inlined
    def ends(sources: Any, v: Any, k: int, length: int) -> None:
        zero = no_lanes(v)
        mask = some(zero, length)
        store_some(v, k, function(*part(sources, k, mask, zero)), mask)

    @inlined
    def run(sources: Any, v: Any, start: int, stop: int) -> None:
        lanes = lanes_of(v)
        k = start
        while k + lanes <= stop:
            store(v, k, function(*whole(sources, k)))
            k += lanes
        if k < stop:
            ends(sources, v, k, stop - k)

    return run
