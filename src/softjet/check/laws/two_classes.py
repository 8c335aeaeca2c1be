"""Two classes share one probability.

f(x) + f(-x) = 1,   so f' is even and f'' is odd
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ._agree import wide
from ._law import Comparison, Law
from ._mirror import mirrored, one_entry
from ._probe import Probe
from ._promise import unit


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    here, there, room = mirrored(function, probe)
    whole = wide(here["value"][0]) + wide(there["value"][0])
    rounding = 2 * unit(np.dtype(np.float64))
    yield Comparison("value", whole, np.ones_like(whole), room["value"][0] + rounding)
    signs = {"pushforward": 1, "pullback": 1, "curvature": -1}
    for mode, sign in signs.items():
        yield Comparison(mode, here[mode][0], sign * there[mode][0], room[mode][0])


law = Law(
    "two-classes",
    "Two classes share one probability: f(x) + f(-x) = 1.",
    compare,
    applies=one_entry,
)
