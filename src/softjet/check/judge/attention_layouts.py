"""How queries, keys and values lie: one matrix, heads of them, or batches of heads.

single             (T, E), one head a call
heads              (B, T, E)
batch and heads    (1, B, T, E)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .probe import Probe

Array = Any


def hand_over(array: Array, layout: str) -> Array:
    """A canonical (B, T, E) array as the function takes it; one head where it must."""
    if layout == "single":
        return np.array(array[0])
    return np.array(array[None] if layout == "batch and heads" else array)


def taken_back(array: Array, want: tuple[int, ...], layout: str) -> Array | None:
    """What came back, canonical; None where its shape is not the wanted one."""
    if layout == "single":
        return array[None] if (1, *array.shape) == want else None
    if layout == "batch and heads":
        return array[0] if array.shape == (1, *want) else None
    return array if array.shape == want else None


def first_head(probe: Probe) -> Probe:
    """The probe of one head, for functions of one."""
    first = {n: value[:1] for n, value in probe.options.items() if n in ("k", "v")}
    return replace(
        probe,
        x=probe.x[:1],
        x_dot=probe.x_dot[:1],
        y_bar=probe.y_bar[:1],
        options={**probe.options, **first},
    )
