"""As many rows as classes: where a forgotten keepdims broadcasts and says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    yield probe(kind, "square", logits("square", (4, 4)))
