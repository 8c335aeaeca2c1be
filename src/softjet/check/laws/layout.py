"""How the numbers lie in memory changes nothing, to the last bit.

Fortran order, every second entry of a larger array, reversed strides, one row
broadcast over all: the same numbers, the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ._agree import identical
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    for lay in LAYOUTS:
        yield from identical(function, _laid(probe, lay), probe)
    first = _laid(probe, lambda a: np.broadcast_to(a[:1], a.shape))
    copied = _laid(probe, lambda a: np.repeat(a[:1], len(a), axis=0))
    yield from identical(function, first, copied)


def _strided(a: Any) -> Any:
    """Every second entry of an array whose other entries would spoil any sum."""
    room = np.full((*a.shape, 2), 77, a.dtype)
    room[..., 0] = a
    return room[..., 0]


def _reversed(a: Any) -> Any:
    return np.flip(np.flip(a).copy())


LAYOUTS: tuple[Callable[[Any], Any], ...] = (np.asfortranarray, _strided, _reversed)


def _laid(probe: Probe, lay: Callable[[Any], Any]) -> Probe:
    options = {
        name: lay(option) if name in ("where", "sink", "weight") else option
        for name, option in probe.options.items()
        if name != "weight" or lay in LAYOUTS
    }
    return replace(
        probe,
        primals=tuple(lay(x) for x in probe.primals),
        tangents=tuple(lay(v) for v in probe.tangents),
        cotangent=lay(probe.cotangent),
        targets=None if probe.targets is None else lay(probe.targets),
        options=options,
    )


law = Law(
    "layout",
    "How the numbers lie in memory changes nothing.",
    compare,
    universal=True,
)
