"""The Jacobian is symmetric: pushing a seed forward and pulling it back is one map.

J v = J^T v
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from softjet.rules import Rule

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    both = _one_seed(probe)
    answers = both.answers(function, ("pushforward", "pullback"))
    slack = allowed(both, answers)
    yield Comparison(
        "pullback",
        answers["pullback"][0],
        answers["pushforward"][0],
        slack["pushforward"][0] + slack["pullback"][0],
    )


@lru_cache(maxsize=256)
def _one_seed(probe: Probe) -> Probe:
    return replace(probe, tangents=(probe.cotangent,))


def square(rule: Rule) -> bool:
    return rule.maps != "numbers"


law = Law(
    "self-adjoint",
    "The Jacobian is symmetric: pushforward and pullback are one map.",
    compare,
    applies=square,
)
