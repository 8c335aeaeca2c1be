"""A constant added to every logit is added to the value, and the derivatives stay.

f(x + c) = f(x) + c / T
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from softjet.rules import Rule

from ._agree import agree, unchanged
from ._law import Comparison, Law
from ._probe import Probe
from ._shift import SHIFTS, shifted


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain:
        return
    step = SHIFTS[0] / probe.options.get("temperature", 1.0)

    def carried(mode: str, answer: Any) -> Any:
        return answer + step if mode == "value" else answer

    yield from agree(function, *shifted(probe), carried, weigh=unchanged)


def one_argument(rule: Rule) -> bool:
    return len(rule.primals) == 1 and not rule.given


law = Law(
    "shift-covariance",
    "A constant added to every logit of a row is added to the value.",
    compare,
    applies=one_argument,
)
