"""The pushforward is the transpose of the pullback.

<y_bar, J x_dot> = <J^T y_bar, x_dot>,   row by row
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    answers = probe.answers(function, ("pushforward", "pullback"))
    slack = allowed(probe, answers)
    (y_dot,), x_bars = answers["pushforward"], answers["pullback"]
    left = y_dot * probe.cotangent.astype(np.float64)
    error = slack["pushforward"][0] * abs(probe.cotangent)
    right = sum_of(x_bars, probe.tangents)
    error = probe.sums(error) + probe.sums(sum_of(slack["pullback"], probe.tangents, 1))
    # Each product is rounded once, and so is the sum of them, in two words.
    terms = probe.sums(abs(left)) + probe.sums(sum_of(x_bars, probe.tangents, 1))
    error = error + 4 * unit(np.dtype(np.float64)) * terms
    yield Comparison("transpose", probe.sums(left), probe.sums(right), error)


def sum_of(rows: tuple[Any, ...], seeds: tuple[Any, ...], size: int = 0) -> np.ndarray:
    """sum over primals of x_bar x_dot, or of its absolute terms."""
    products = [
        row * seed.astype(np.float64) for row, seed in zip(rows, seeds, strict=True)
    ]
    return np.sum([abs(p) if size else p for p in products], axis=0)


law = Law(
    "transpose",
    "The pushforward is the transpose of the pullback.",
    compare,
    universal=True,
)
