"""A constant added to every logit of a row changes nothing, in any mode.

f(x + c) = f(x)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._agree import agree
from ._law import Comparison, Law
from ._probe import Probe
from ._shift import shifted


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if probe.plain:
        yield from agree(function, *shifted(probe))


law = Law(
    "shift-invariance",
    "A constant added to every logit of a row changes nothing.",
    compare,
)
