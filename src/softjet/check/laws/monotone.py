"""A larger logit gets a larger answer: order is kept along the row.

x_i <= x_j  implies  f(x)_i <= f(x)_j,   and for single entries f' >= 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed

# From a logit of 37 on, the probability of one class rounds to 1.
SATURATED = 30.0


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if "where" in probe.options:
        return  # a masked entry has left the order
    answers = probe.answers(function, ("value",))
    y, room = wide(answers["value"][0]), allowed(probe, answers)["value"][0]
    order = np.argsort(probe.primals[0], axis=probe.axis)
    y, room = (np.take_along_axis(a, order, axis=probe.axis) for a in (y, room))
    low, high = (_but_one(probe, y, end) for end in ("last", "first"))
    slack = _but_one(probe, room, "last") + _but_one(probe, room, "first")
    yield Comparison("value", high, low, slack, at_least=True)
    if abs(wide(probe.primals[0])).max() < SATURATED:
        first, last = (np.take(y, end, axis=probe.axis) for end in (0, -1))
        grew = np.where(last > first, 1.0, 0.0)
        yield Comparison("value", grew, np.ones_like(grew))
    if probe.rule.maps == "entries":
        ahead = replace(probe, tangents=(abs(probe.tangents[0]),))
        rate = ahead.pushforward(function)
        yield Comparison("pushforward", rate, np.zeros_like(rate), at_least=True)


def _but_one(probe: Probe, a: Any, end: str) -> Any:
    count = probe.shape[probe.axis]
    kept = range(count - 1) if end == "last" else range(1, count)
    return np.take(a, list(kept), axis=probe.axis)


def keeps_shape(rule: Rule) -> bool:
    return rule.maps != "numbers" and not rule.given


law = Law(
    "monotone",
    "A larger logit gets a larger answer: order is kept along the row.",
    compare,
    applies=keeps_shape,
)
