"""A row without a live entry: nobody agrees on its answer, so it makes a note."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    if kind.by_entries or kind.takes_targets:
        return
    x = logits("dead rows", (4, 3))
    x[1] = -np.inf
    yield probe(kind, "dead rows", x, pieces=("value", "vjp"))
