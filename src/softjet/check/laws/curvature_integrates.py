"""The curvature is the derivative of the pullback: its integral is the difference.

    pullback(x + v; g) - pullback(x; g) = integral of curvature(x + t v; v, g)

g is held still, t runs over [0, 1].  See _line.py for why there is no step size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._integrates import integrates
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    yield from integrates(function, probe, "curvature", "pullback")


law = Law(
    "curvature-integrates",
    "The integral of the curvature is the difference of the pullbacks.",
    compare,
    universal=True,
)
