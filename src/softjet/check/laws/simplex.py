"""Probabilities are not negative and sum to one, and they move along the simplex.

y >= 0,   sum y = 1,   sum y_dot = 0        (y = exp l, y_dot = exp(l) l_dot for logs)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain:
        return
    answers = probe.answers(function, ("value", "pushforward"))
    slack = allowed(probe, answers)
    y, moved = wide(answers["value"][0]), wide(answers["pushforward"][0])
    error, error_dot = slack["value"][0], slack["pushforward"][0]
    if probe.rule.codomain[0] < 0:
        logs, y = y, np.exp(y)
        # exp adds a rounding of its own; a dead entry has no probability to be wrong.
        error = np.where(y == 0, 0.0, y * error) + 2 * unit(np.dtype(np.float64)) * y
        error_dot = y * error_dot + abs(moved) * error
        moved = np.where(np.isfinite(logs), y * moved, 0.0)
    yield Comparison("value", y, np.zeros_like(y), 0.0, at_least=True)
    sums = probe.sums(y)
    yield Comparison("value", sums, np.ones_like(sums), probe.sums(error))
    # What y misses of the exact y, the products feel.
    drift = probe.sums(moved)
    felt = 4 * unit(probe.dtype) * probe.sums(abs(moved))
    room = probe.sums(error_dot) + felt
    yield Comparison("pushforward", drift, np.zeros_like(drift), room)


def maps_rows(rule: Rule) -> bool:
    return rule.maps == "rows"


law = Law(
    "simplex",
    "Probabilities are not negative, sum to one, and move so that they still do.",
    compare,
    applies=maps_rows,
)
