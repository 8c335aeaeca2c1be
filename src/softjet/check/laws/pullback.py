"""The pullback is right: within the bound of the rule, against 60 digits.

    |J^T y_bar - exact| <= units x u x size

An entry of 1e-30 is held to its own size, not to the largest of its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._exactly import against_oracle
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    yield from against_oracle(function, probe, "pullback")


law = Law(
    "pullback",
    "The pullback is within the bound of the rule, against 60 digits.",
    compare,
    universal=True,
    exact=True,
)
