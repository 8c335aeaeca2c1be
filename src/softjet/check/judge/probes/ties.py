"""Two largest logits: where a shift that is differentiated, or an argmax, decides."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    x = logits("ties", (4, 3))
    x[:, 2] = x[:, 0] = abs(x[:, 0]) + 1.0
    yield probe(kind, "ties", x)
