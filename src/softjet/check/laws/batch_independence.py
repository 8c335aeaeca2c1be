"""A row's answer depends on that row alone, to the last bit.

Each row by itself, the rows in reverse, and so many of them in no order that they do
not fit one block of the adapter: all give the bits that the batch gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from math import prod
from typing import Any

import numpy as np

from softjet.adapters._problem import BLOCK

from ._agree import identical
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    every = tuple(range(len(probe.primals[0])))
    orders = [(i,) for i in every] + [every[::-1]]
    if probe.name == "long":
        count = 2 * BLOCK // prod(probe.shape[1:])
        chance = np.random.default_rng(12).integers(0, len(every), size=count)
        orders.append(tuple(chance.tolist()))
    for rows in orders:
        moved = taken(probe, rows)
        yield from identical(function, moved, probe, partial(_these, rows))


def _these(rows: tuple[int, ...], mode: str, answer: Any) -> Any:
    return answer[list(rows)]


@lru_cache(maxsize=1024)
def taken(probe: Probe, rows: tuple[int, ...]) -> Probe:
    """The probe with these rows of its first axis."""

    def take(a: Any) -> Any:
        return None if a is None else np.ascontiguousarray(a[list(rows)])

    options = {
        name: take(option) if name in ("where", "sink") else option
        for name, option in probe.options.items()
    }
    return replace(
        probe,
        primals=tuple(take(x) for x in probe.primals),
        tangents=tuple(take(v) for v in probe.tangents),
        directions=tuple(take(v) for v in probe.directions),
        cotangent=take(probe.cotangent),
        targets=take(probe.targets),
        options=options,
    )


law = Law(
    "batch-independence",
    "A row's answer depends on that row alone.",
    compare,
    universal=True,
)
