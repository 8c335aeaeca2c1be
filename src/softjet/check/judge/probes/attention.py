"""Queries, keys and values: more keys than queries, uneven heads, wide scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..kinds import Kind
from ..probe import Probe

# name: heads, queries, keys, width, width of the values, spread
SIZES = {
    "uneven": (2, 3, 5, 4, 2, 1.0),
    "square": (2, 4, 4, 4, 4, 1.0),
    "one row": (1, 1, 3, 2, 3, 1.0),
    "narrow, float32": (2, 3, 3, 4, 2, 1.0),
    "wide": (2, 4, 4, 4, 3, 40.0),
}


def probes(kind: Kind) -> Iterator[Probe]:
    for name, sizes in SIZES.items():
        yield _probe(name, *sizes)
        # Which key is a query's future is agreed on where both are counted alike.
        if sizes[1] == sizes[2]:
            yield _causal(_probe(name, *sizes))


def small() -> Iterator[Probe]:
    """Round numbers, to show a mistake on."""
    for queries, keys, width in ((1, 2, 1), (2, 2, 1), (2, 3, 2)):
        yield _probe("uneven", 1, queries, keys, width, 1, 0.0)


def _causal(probe: Probe) -> Probe:
    name, options = f"{probe.name}, causal", {**probe.options, "causal": True}
    return replace(probe, name=name, options=options)


def _probe(
    name: str, heads: int, queries: int, keys: int, width: int, out: int, spread: float
) -> Probe:
    random = np.random.default_rng(list(name.encode()))
    dtype = np.float32 if "float32" in name else np.float64

    def drawn(*shape: int) -> Any:
        array = random.normal(size=shape) * spread
        round_numbers = np.resize([1.0, 0.0, 2.0, -1.0, 3.0], shape)
        return (array if spread else round_numbers).astype(dtype)

    q, k = drawn(heads, queries, width), drawn(heads, keys, width)
    v, o_bar = drawn(heads, keys, out), drawn(heads, queries, out)
    options = {"k": k, "v": v / max(spread, 1.0)}
    ids = np.zeros(heads, np.int64)
    return Probe(name, q, np.zeros_like(q), o_bar / max(spread, 1.0), ids, options)
