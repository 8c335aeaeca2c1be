"""A mean is the sum divided by the weight of the targets, and a sum is the sum.

sum  = sum of the rows' losses,   mean = sum / sum_ik w_k t_ik
and the derivatives are those of the rows, each with the cotangent times that share
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
from ._targets import live_rows, target_weights

BAR = -1.25


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    shares = {"sum": 1.0, "mean": 1.0 / _mass(probe)}
    for reduction, share in shares.items():
        apart = replace(probe, cotangent=np.full_like(probe.cotangent, BAR * share))
        whole = replace(
            probe,
            cotangent=probe.dtype.type(BAR),
            options={**probe.options, "reduction": reduction},
        )
        yield from _together(function, whole, apart, share)


def _mass(probe: Probe) -> float:
    if probe.rule.maps == "entries":
        return float(live_rows(probe).sum())
    return float(target_weights(probe).sum())


def _together(
    function: Any, whole: Probe, apart: Probe, share: float
) -> Iterator[Comparison]:
    got, want = whole.answers(function), apart.answers(function)
    slack = allowed(apart, want)
    # A sum, a division, a product and one rounding to the dtype besides.
    spare = 8 * unit(whole.dtype)
    for mode in ("value", "pushforward"):
        rows, error = wide(want[mode][0]), slack[mode][0]
        room = error.sum() + spare * abs(rows).sum()
        summed = np.asarray(got[mode][0]).astype(np.float64)
        yield Comparison(mode, summed, rows.sum() * share, room * share)
    for mode in ("pullback", "curvature"):
        rows, error = wide(want[mode][0]), 2 * slack[mode][0]
        yield Comparison(mode, wide(got[mode][0]), rows, error + spare * abs(rows))


def has_reduction(rule: Rule) -> bool:
    return "reduction" in rule.options


law = Law(
    "reduction",
    "A mean is the sum divided by the weight of the targets.",
    compare,
    applies=has_reduction,
    universal=True,
)
