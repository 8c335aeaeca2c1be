"""A sink is one more logit whose answer is not given out and whose seed is 0.

f(x; sink=s) = f([x, s]) without its last entry, in every mode
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import agree
from ._law import Comparison, Law
from ._probe import Probe

T = 0.75


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain or "where" in probe.options or "temperature" in probe.options:
        return
    for temperature in (1.0, T):
        beside, longer = _pair(probe, temperature)
        yield from agree(function, beside, longer, partial(_without, probe))


@lru_cache(maxsize=256)
def _pair(probe: Probe, temperature: float) -> tuple[Probe, Probe]:
    """The probe beside a sink, and with the sink as its last logit."""
    keep = np.expand_dims(probe.primals[0].max(probe.axis), probe.axis)
    shift = np.linspace(-1.5, 0.5, keep.size).reshape(keep.shape)
    # Few bits, so that T s is exact: the temperature divides a logit, not a sink.
    sink = np.round(32 * (keep / temperature + shift)) / 32
    options = {**probe.options, "temperature": temperature}
    last = (sink * temperature).astype(probe.dtype)
    longer = replace(
        probe,
        primals=(_joined(probe, probe.primals[0], last),),
        tangents=(_joined(probe, probe.tangents[0], 0 * last),),
        cotangent=_joined(probe, probe.cotangent, 0 * last),
        options=options,
    )
    return replace(probe, options={**options, "sink": sink}), longer


def _without(probe: Probe, mode: str, answer: Any) -> Any:
    if np.ndim(answer) < probe.primals[0].ndim:
        return answer
    return np.delete(answer, -1, axis=probe.axis)


def _joined(probe: Probe, a: Any, last: Any) -> Any:
    if np.ndim(a) < probe.primals[0].ndim:
        return a
    return np.concatenate((a, last), axis=probe.axis)


def has_sink(rule: Rule) -> bool:
    return "sink" in rule.options


law = Law(
    "sink",
    "A sink is one more logit without an answer or a seed.",
    compare,
    applies=has_sink,
    universal=True,
)
