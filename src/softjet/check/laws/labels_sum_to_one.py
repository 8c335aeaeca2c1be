"""The losses of all labels are one distribution.

sum over labels k of exp(-L(x, k)) = 1,   so sum_k exp(-L_k) grad L_k = 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit

MOST = 16
EXTRAS = ("label_smoothing", "weight", "ignore_index")


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if "where" in probe.options or probe.shape[probe.axis] > MOST:
        return  # a label may not be masked, and each label is a call
    rounding = 4 * unit(np.dtype(np.float64))
    mass: Any = 0.0
    slope, room, room_slope = (np.zeros(probe.shape) for _ in range(3))
    for labelled in _labelled(probe):
        answers = labelled.answers(function, ("value", "pullback"))
        slack = allowed(labelled, answers)
        loss, grad = wide(answers["value"][0]), wide(answers["pullback"][0])
        error = slack["value"][0] + rounding
        p = np.exp(-loss)
        share, felt = (_column(probe, a) for a in (p, p * error))
        mass, room = mass + share, room + felt
        slope = slope + share * grad
        room_slope = room_slope + share * slack["pullback"][0] + felt * abs(grad)
    whole = _column(probe, np.ones(np.shape(probe.value(function))))
    yield Comparison("value", mass, whole, _like(whole, room))
    yield Comparison("pullback", slope, np.zeros_like(slope), room_slope)


def _column(probe: Probe, a: Any) -> Any:
    """Numbers beside their rows; entries as they are."""
    return a if np.shape(a) == probe.shape else probe.numbers_as_columns(a)


def _like(whole: Any, room: Any) -> Any:
    return room if np.shape(whole) == np.shape(room) else room.max(-1, keepdims=True)


@lru_cache(maxsize=64)
def _labelled(probe: Probe) -> tuple[Probe, ...]:
    """The probe once for every label, with a cotangent of 1."""
    options = {k: v for k, v in probe.options.items() if k not in EXTRAS}
    plain = replace(probe, options=options, cotangent=np.ones_like(probe.cotangent))
    if probe.rule.maps == "entries":
        labels = [np.full(probe.shape, t) for t in (0, 1)]
    else:
        count = probe.shape[probe.axis]
        labels = [np.full(np.shape(probe.cotangent), k) for k in range(count)]
    return tuple(replace(plain, targets=label) for label in labels)


def has_targets(rule: Rule) -> bool:
    return bool(rule.given)


law = Law(
    "labels-sum-to-one",
    "The losses of all labels are one distribution: sum exp(-L) = 1.",
    compare,
    applies=has_targets,
)
