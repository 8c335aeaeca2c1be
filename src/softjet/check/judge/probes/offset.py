"""Rows with a large offset: softmax forgets it, exp without a shift does not."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe

PIECES = ("value", "vjp", "jvp", "gradient")


def probes(kind: Kind) -> Iterator[Probe]:
    for offset in (1e3, 1e5, -1e4):
        x = logits(f"offset {offset:g}", (4, 3)) + offset
        yield probe(kind, f"offset, {offset:+g}", x, offset=20.0, pieces=PIECES)
