"""The batch of one: right for most wrong code, and wrong where axes are squeezed."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    yield probe(kind, "one row", logits("one row", (1, 5)))
