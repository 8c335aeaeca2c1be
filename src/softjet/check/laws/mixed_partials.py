"""The curvature is symmetric in its two directions: mixed partials commute.

    <curvature(u, y_bar), v> = <curvature(v, y_bar), u>,   row by row

For functions to numbers this is the symmetry of the Hessian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit
from .transpose import sum_of


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    sides, error = [], np.zeros(1)
    for one in (probe, _turned(probe)):
        answers = one.answers(function, ("curvature",))
        slack = allowed(one, answers)["curvature"]
        v = answers["curvature"]
        sides.append(one.sums(sum_of(v, one.directions)))
        error = error + one.sums(sum_of(slack, one.directions, 1))
        terms = one.sums(sum_of(v, one.directions, 1))
        error = error + 2 * unit(np.dtype(np.float64)) * terms
    yield Comparison("curvature", sides[0], sides[1], error)


@lru_cache(maxsize=256)
def _turned(probe: Probe) -> Probe:
    return replace(probe, tangents=probe.directions, directions=probe.tangents)


law = Law(
    "mixed-partials",
    "The curvature is symmetric in its two directions.",
    compare,
    universal=True,
)
