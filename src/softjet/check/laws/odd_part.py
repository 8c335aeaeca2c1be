"""The odd part is half the logit.

f(x) - f(-x) = x,   so f'(x) + f'(-x) = 1 and f'' is even
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
    at = {mode: (wide(here[mode][0]), wide(there[mode][0])) for mode in here}
    x, rounding = wide(probe.primals[0]), 2 * unit(np.dtype(np.float64))
    near, far = at["value"]
    spare = rounding * (abs(near) + abs(far))
    yield Comparison("value", near - far, x, room["value"][0] + spare)
    seeds = {"pushforward": probe.tangents[0], "pullback": probe.cotangent}
    for mode, seed in seeds.items():
        near, far = at[mode]
        spare = rounding * (abs(near) + abs(far))
        yield Comparison(mode, near + far, wide(seed), room[mode][0] + spare)
    yield Comparison("curvature", *at["curvature"], room["curvature"][0])


law = Law(
    "odd-part",
    "The odd part is half the logit: f(x) - f(-x) = x.",
    compare,
    applies=one_entry,
)
