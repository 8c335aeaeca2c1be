"""Rows wider than exp can reach: overflow, underflow, and rows far below each other.

The textbook's shift by the row's own largest logit serves them all; no shift, or the
largest of the whole batch, does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe

PIECES = ("value", "vjp", "jvp", "gradient")


def probes(kind: Kind) -> Iterator[Probe]:
    x = np.stack(
        [
            abs(logits("above", (5,), 200.0)) + 300,
            -abs(logits("below", (5,), 20.0)) - 900,
            logits("around", (5,), 250.0),
        ]
    )
    made = probe(kind, "wide", x, pieces=PIECES)
    if made.targets.ndim == 1:
        # The label nobody expects: its probability underflows, its loss does not.
        made.targets[:] = x.argmin(-1)
    yield made
