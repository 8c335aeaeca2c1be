"""Rows long enough for the wrong number of terms to show, and a product of them."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    yield probe(kind, "long", logits("long", (2, 131), 2.0))
