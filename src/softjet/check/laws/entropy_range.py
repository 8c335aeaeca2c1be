"""Entropy lies between 0 and log K, and reaches log K where all classes are equal.

0 <= H <= log K,   H(c 1) = log K with gradient 0
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
from ._promise import allowed, unit
from ._targets import live_rows


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    top = np.log(live_rows(probe).sum(-1))
    answers = probe.answers(function, ("value",))
    H, room = _rows(answers["value"][0]), _rows(allowed(probe, answers)["value"][0])
    yield Comparison("value", H, np.zeros_like(H), at_least=True)
    yield Comparison("value", top, H, room, at_least=True)
    yield from _uniform(function, probe, top)


def _uniform(function: Any, probe: Probe, top: Any) -> Iterator[Comparison]:
    level = np.full_like(probe.primals[0], 0.375)
    even = replace(probe, primals=(level,))
    answers = even.answers(function, ("value", "pullback"))
    slack = allowed(even, answers)
    H, room = _rows(answers["value"][0]), _rows(slack["value"][0])
    yield Comparison("value", H, top, room + 2 * unit(probe.dtype) * top)
    # y and log y are uniform to a few roundings, of which a slope is all that is left.
    slope = answers["pullback"][0]
    bar = abs(probe.numbers_as_columns(probe.cotangent))
    few = probe.rule.bounds["pullback"].units * unit(probe.dtype) * bar * top.max()
    yield Comparison("pullback", slope, np.zeros_like(slope), few + 0 * slope)


def _rows(numbers: Any) -> np.ndarray:
    return wide(numbers).reshape(-1)


def one_row_to_number(rule: Rule) -> bool:
    return rule.maps == "numbers" and len(rule.primals) == 1 and not rule.given


law = Law(
    "entropy-range",
    "Entropy lies between 0 and log K, which equal classes reach.",
    compare,
    applies=one_row_to_number,
)
