"""Confident rows, one entry ahead by 12 and by 25: what epsilons and clips flatten."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    x = logits("saturated", (4, 3))
    x[0, 2] += 12.0
    x[1, 1] += 25.0
    made = probe(kind, "saturated", x, pieces=("value", "vjp", "jvp", "gradient"))
    if made.targets.ndim == 1:
        made.targets[:] = x.argmin(-1)
    yield made
