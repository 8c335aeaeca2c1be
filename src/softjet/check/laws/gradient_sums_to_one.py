"""The gradient is a probability: not negative, and its entries sum to 1 / T.

It then moves with a constant as fast as the constant: pushforward(1) = 1 / T.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain:
        return
    one = replace(
        probe,
        tangents=tuple(np.ones_like(v) for v in probe.tangents),
        cotangent=np.ones_like(probe.cotangent),
    )
    answers = one.answers(function, ("pushforward", "pullback"))
    slack = allowed(one, answers)
    rate = 1 / probe.options.get("temperature", 1.0)
    for part, error in zip(answers["pullback"], slack["pullback"], strict=True):
        yield Comparison("pullback", part, np.zeros_like(part), at_least=True)
        sums = probe.sums(part)
        yield Comparison("pullback", sums, np.full_like(sums, rate), probe.sums(error))
    moved, room = answers["pushforward"][0], slack["pushforward"][0]
    yield Comparison("pushforward", moved, np.full_like(moved, rate), room)


def one_row_to_number(rule: Rule) -> bool:
    return rule.maps == "numbers"


law = Law(
    "gradient-sums-to-one",
    "The gradient is a probability: not negative, and its entries sum to one.",
    compare,
    applies=one_row_to_number,
)
