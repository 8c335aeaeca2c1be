"""Inputs are never modified, and what the caller does with them later changes nothing.

Every array holds the same bytes after each mode, and no answer shares memory with one;
a pullback that was made before its inputs were overwritten answers as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    own = _copied(probe)
    before = _bytes(own)
    for mode, parts in own.answers(function).items():
        same = "untouched" if _bytes(own) == before else "modified"
        yield Comparison(mode, same, "untouched")
        shared = any(np.shares_memory(a, p) for a in _arrays(own) for p in parts)
        yield Comparison(mode, "shared" if shared else "separate", "separate")
    own = _copied(probe)
    _, pullback = own.vjp(function)
    want = own.tuple_of(pullback(own.cotangent))
    for array in (*own.primals, *own.given):
        array[...] = 0
    got = own.tuple_of(pullback(own.cotangent))
    for late, early in zip(got, want, strict=True):
        yield Comparison("vjp", late, early)


def _copied(probe: Probe) -> Probe:
    return replace(
        probe,
        primals=tuple(x.copy() for x in probe.primals),
        tangents=tuple(v.copy() for v in probe.tangents),
        cotangent=np.array(probe.cotangent),
        targets=None if probe.targets is None else probe.targets.copy(),
        options={
            name: option.copy() if isinstance(option, np.ndarray) else option
            for name, option in probe.options.items()
        },
    )


def _arrays(probe: Probe) -> list[Any]:
    options = [o for o in probe.options.values() if isinstance(o, np.ndarray)]
    return [*probe.primals, *probe.tangents, probe.cotangent, *probe.given, *options]


def _bytes(probe: Probe) -> list[bytes]:
    return [array.tobytes() for array in _arrays(probe)]


law = Law(
    "inputs-untouched",
    "Inputs are never modified, and never read again after the call.",
    compare,
    universal=True,
)
