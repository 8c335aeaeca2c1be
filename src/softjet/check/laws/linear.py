"""Derivatives are linear in each seed.

J (u + v) = J u + J v,   J 0 = 0,   and so for the pullback and both seeds of the
curvature; a missing tangent (None) is a tangent of 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Answers, Probe
from ._promise import allowed

ALONG = ("pushforward", "curvature")
AGAINST = ("pullback", "curvature")


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    along, against = _sums(probe)
    yield from _additive(function, ALONG, *along)
    yield from _additive(function, AGAINST, *against)
    yield from _nothing(function, probe)


@lru_cache(maxsize=256)
def _sums(probe: Probe) -> tuple[tuple[Probe, ...], tuple[Probe, ...]]:
    """The probe with a seed, another, and their sum; tangents, then cotangents."""
    u = tuple(_grid(v) for v in probe.tangents)
    v = tuple(_grid(v) for v in probe.directions)
    both = tuple(a + b for a, b in zip(u, v, strict=True))
    g = _grid(probe.cotangent)
    h = _grid(np.flip(g) + 0.25 * np.asarray(g))
    return (
        tuple(replace(probe, tangents=seeds) for seeds in (u, v, both)),
        tuple(replace(probe, cotangent=seed) for seed in (g, h, g + h)),
    )


def _grid(seed: Any) -> Any:
    """Few enough bits that the sum of two seeds is exact, in float32 as well."""
    return (np.round(np.asarray(seed) * 1024) / 1024).astype(seed.dtype)


def _additive(
    function: Any, modes: tuple[str, ...], one: Probe, two: Probe, both: Probe
) -> Iterator[Comparison]:
    first, second = one.answers(function, modes), two.answers(function, modes)
    whole = both.answers(function, modes)
    slack: list[Answers] = [
        allowed(one, first),
        allowed(two, second),
        allowed(both, whole),
    ]
    for mode in modes:
        for i, got in enumerate(whole[mode]):
            want = first[mode][i].astype(np.float64) + second[mode][i]
            yield Comparison(mode, got, want, sum(part[mode][i] for part in slack))


def _nothing(function: Any, probe: Probe) -> Iterator[Comparison]:
    still = replace(probe, tangents=tuple(0 * v for v in probe.tangents))
    silent = replace(probe, cotangent=0 * probe.cotangent)
    for blank, modes in ((still, ALONG), (silent, AGAINST)):
        for mode, parts in blank.answers(function, modes).items():
            for part in parts:
                yield Comparison(mode, part, np.zeros_like(part))
    if len(probe.primals) > 1:
        first, *others = probe.tangents
        zeros = (first, *(0 * v for v in others))
        missing = replace(probe, tangents=(first, *(None for _ in others)))
        yield Comparison(
            "pushforward",
            missing.pushforward(function),
            replace(probe, tangents=zeros).pushforward(function),
        )


law = Law(
    "linear", "Derivatives are linear in each of their seeds.", compare, universal=True
)
