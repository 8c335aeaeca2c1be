"""Two classes: a row's probabilities are sigmoids, and a binary formula passes."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    yield probe(kind, "two classes", logits("two classes", (5, 2)))
