"""The pushforward is the derivative of the value: its integral is the difference.

    f(x + v) - f(x) = integral over t in [0, 1] of pushforward(x + t v; v)

It holds every entry to its own size: a probability of 1e-18 must move by the right
1e-19.  No step size, no oracle: see _line.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._integrates import integrates
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    yield from integrates(function, probe, "pushforward", "value")


law = Law(
    "derivative-integrates",
    "The integral of the pushforward is the difference of the values.",
    compare,
    universal=True,
)
