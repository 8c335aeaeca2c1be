"""The targets of a binary cross-entropy: one number from 0 to 1 for each logit."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import Refusal
from ._arrays import as_array
from ._ordinary import WIDE, ordinary, within


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
    # A copy only where a kernel could not read them: of 4096 x 1000 it took as long as
    # the losses themselves.
    ready = array if array.dtype in WIDE else array.astype(np.float64)
    if mask is not None:
        ready = np.where(mask, ready, 0)
    if within(ready, 0, 1):
        return ready
    bad = np.argwhere(~((ready >= 0) & (ready <= 1)))
    if bad.size:
        raise Refusal(
            "targets-unit",
            "a binary target is not between 0 and 1",
            got=f"entry {tuple(int(i) for i in bad[0])}, {len(bad)} such entries",
            want="numbers from 0 to 1",
        )
    return ready
