"""The targets of a binary cross-entropy: one number from 0 to 1 for each logit."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import Refusal
from ._arrays import as_array
from ._ordinary import ordinary, within


def binary_targets(
    targets: Any, shape: tuple[int, ...], mask: np.ndarray | None = None
) -> np.ndarray:
    """Targets of a binary cross-entropy: numbers from 0 to 1; masked ones are 0."""
    array = targets
    if not ordinary(array):
        array = as_array(targets, "targets", "binary_cross_entropy")
    if array.shape != shape:
        raise Refusal(
            "targets-shape",
            "targets do not line up with logits",
            got=f"logits {shape}, targets {array.shape} {array.dtype}",
            want=f"targets {shape}, one number from 0 to 1 for each logit",
            hint="targets[..., None]" if (*array.shape, 1) == shape else None,
        )
    wide = array.astype(np.float64)
    if mask is not None:
        wide = np.where(mask, wide, 0.0)
    if within(wide, 0, 1):
        return wide
    bad = np.argwhere(~((wide >= 0) & (wide <= 1)))
    if bad.size:
        raise Refusal(
            "targets-unit",
            "a binary target is not between 0 and 1",
            got=f"entry {tuple(int(i) for i in bad[0])}, {len(bad)} such entries",
            want="numbers from 0 to 1",
        )
    return wide
