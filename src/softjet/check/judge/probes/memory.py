"""The same rows in other memory: Fortran's order, every other entry, backwards."""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    x = logits("memory", (4, 3))
    for form in ("F", "strided", "reversed"):
        yield probe(kind, f"memory, {form}", x, form=form)
