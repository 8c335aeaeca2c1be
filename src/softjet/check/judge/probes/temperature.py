"""A temperature that is neither 1 nor a power of two, for functions that take one."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    x = logits("temperature", (4, 3))
    yield probe(kind, "temperature", x, options={"temperature": 2.5})
