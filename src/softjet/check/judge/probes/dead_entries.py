"""Entries at -inf, as a mask leaves them: probability 0, no NaN from 0 times inf."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe

PIECES = ("value", "vjp", "jvp", "gradient")


def probes(kind: Kind) -> Iterator[Probe]:
    if kind.by_entries:
        return
    x = logits("dead entries", (3, 5))
    x[0, 0] = x[1, 2] = x[1, 4] = -np.inf
    made = probe(kind, "dead entries", x, pieces=PIECES)
    if kind.name == "log_softmax":
        # Its backward sums the seeds, and whether dead ones count is a convention.
        made.y_bar[np.isneginf(x)] = made.x_dot[np.isneginf(x)] = 0.0
    yield made
