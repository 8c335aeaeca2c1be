"""A temperature divides the logits, and the chain rule knows it.

    f(T x; T) = f(x),   pushforward(T x; T v) = pushforward(x; v),
    T pullback(T x; T) = pullback(x),   T curvature(T x, T v; T) = curvature(x, v)

T = 3/4 and logits of few bits make T x exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import agree
from ._law import Comparison, Law
from ._probe import Probe

T = 0.75


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if "temperature" in probe.options:
        return
    cold, scaled = _pair(probe)
    yield from agree(function, scaled, cold, _chained)


def _chained(mode: str, answer: Any) -> Any:
    return answer / T if mode in ("pullback", "curvature") else answer


@lru_cache(maxsize=256)
def _pair(probe: Probe) -> tuple[Probe, Probe]:
    """The probe, and T times it at temperature T."""
    cold = _few_bits(probe)
    scaled = replace(
        cold,
        primals=_times(cold.primals),
        tangents=_times(cold.tangents),
        options={**cold.options, "temperature": T},
    )
    return cold, scaled


def _times(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((a * T).astype(a.dtype) for a in arrays)


def _few_bits(probe: Probe) -> Probe:
    """Eighteen bits each, so that times 3 is exact in float32."""

    def cut(a: Any) -> Any:
        fraction, exponent = np.frexp(a)
        return np.ldexp(np.round(fraction * 2**18), exponent - 18).astype(a.dtype)

    return replace(
        probe,
        primals=tuple(cut(x) for x in probe.primals),
        tangents=tuple(cut(v) for v in probe.tangents),
    )


def has_temperature(rule: Rule) -> bool:
    return "temperature" in rule.options


law = Law(
    "temperature",
    "A temperature divides the logits, and every derivative by its power.",
    compare,
    applies=has_temperature,
    universal=True,
)
