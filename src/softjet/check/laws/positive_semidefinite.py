"""No seed is turned against itself: <v, A v> >= 0.

A is the Jacobian; for losses and functions to numbers it is the Hessian, so the law
says that they are convex.  For softmax <v, J v> is the variance of v under y.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit
from .transpose import sum_of


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    second = has_hessian(probe.rule)
    mode = "curvature" if second else "pushforward"
    for along in _along(probe):
        seeds = along.tangents
        answers = along.answers(function, (mode,))
        slack = allowed(along, answers)[mode]
        got = probe.sums(sum_of(answers[mode], seeds))
        terms = probe.sums(sum_of(answers[mode], seeds, 1))
        room = probe.sums(sum_of(slack, seeds, 1))
        room = room + 4 * unit(np.dtype(np.float64)) * terms
        yield Comparison(mode, got, np.zeros_like(got), room, at_least=True)


@lru_cache(maxsize=256)
def _along(probe: Probe) -> tuple[Probe, ...]:
    """Two seeds, and cotangents of 1/2 and up: convex functions, positive weights."""
    bars = (0.5 + abs(probe.cotangent)).astype(probe.dtype)
    return tuple(
        replace(probe, tangents=seeds, cotangent=bars)
        for seeds in (probe.tangents, probe.directions)
    )


def has_hessian(rule: Rule) -> bool:
    return rule.maps == "numbers" or bool(rule.given)


law = Law(
    "positive-semidefinite",
    "No seed is turned against itself: <v, A v> >= 0.",
    compare,
)
