"""Uneven rows: N > 1 and N != K, so that neither a sum over the wrong axis nor over
everything can hide, and probabilities far from uniform, where the plain mean is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    yield probe(kind, "uneven", logits("uneven", (4, 3)))
    yield probe(kind, "uneven, more classes than rows", logits("more", (3, 5)))
    yield probe(kind, "uneven, many rows", logits("many", (17, 4)), offset=-0.4)
