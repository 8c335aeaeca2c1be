"""Other axes, for functions that take one: the first of two, the middle of three."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe

PIECES = ("value", "vjp", "jvp")


def probes(kind: Kind) -> Iterator[Probe]:
    first = logits("first axis", (4, 3))
    yield probe(kind, "axes, first", first, lead=(4,), axis=0, pieces=PIECES)
    middle = logits("middle axis", (6, 4))
    yield probe(kind, "axes, middle", middle, lead=(2, 3), axis=1, pieces=PIECES)
    last = logits("last axis", (6, 4))
    yield probe(kind, "axes, last of three", last, lead=(2, 3), axis=-1, pieces=PIECES)
