"""J 1 = 0: a constant tangent moves nothing, and what is pulled back sums to zero.

pushforward(c 1) = 0,   curvature(c 1, y_bar) = 0,
sum of pullback(y_bar) = 0,   sum of curvature(x_dot, y_bar) = 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed

CONSTANTS = (1.7, -0.6)


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain:
        return
    yield from _along_constants(function, probe)
    answers = probe.answers(function, ("pullback", "curvature"))
    slack = allowed(probe, answers)
    for mode, parts in answers.items():
        for part, error in zip(parts, slack[mode], strict=True):
            sums, room = probe.sums(part), probe.sums(error)
            yield Comparison(mode, sums, np.zeros_like(sums), room)


def _along_constants(function: Any, probe: Probe) -> Iterator[Comparison]:
    constant = _constant(probe)
    answers = constant.answers(function, ("pushforward", "curvature"))
    # A constant seed has no spread, and an error model of the spread allows it nothing.
    slack = allowed(constant, answers)
    for mode, parts in answers.items():
        for part, error in zip(parts, slack[mode], strict=True):
            yield Comparison(mode, part, np.zeros_like(part), error)


@lru_cache(maxsize=256)
def _constant(probe: Probe) -> Probe:
    """The probe with tangents constant along every row."""
    pairs = zip(probe.tangents, CONSTANTS, strict=False)
    return replace(probe, tangents=tuple(np.full_like(v, c) for v, c in pairs))


law = Law(
    "kills-constants",
    "A constant tangent moves nothing, and what is pulled back sums to zero.",
    compare,
)
