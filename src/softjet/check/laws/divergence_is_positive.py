"""A divergence is positive, and 0 with gradient 0 from a distribution to itself.

D(a, b) > 0,   D(a, a + c) = 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._law import Comparison, Law
from ._probe import Probe
from ._shift import shifted


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    D = probe.value(function)
    yield Comparison("value", np.where(D > 0, 1.0, 0.0), np.ones_like(D))
    same = _itself(probe)
    for mode, parts in same.answers(function, ("value", "pullback")).items():
        for part in parts:
            yield Comparison(mode, part, np.zeros_like(part))


def _itself(probe: Probe) -> Probe:
    """The pair (a, a + c): one distribution from two rows of logits."""
    moved, still = shifted(probe)
    return replace(probe, primals=(still.primals[0], moved.primals[0]))


def two_rows(rule: Rule) -> bool:
    return len(rule.primals) == 2


law = Law(
    "divergence-is-positive",
    "A divergence is positive, and 0 from a distribution to itself.",
    compare,
    applies=two_rows,
)
