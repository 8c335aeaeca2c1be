"""Integer logits: an answer allocated like its input cannot hold a probability."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import probe


def probes(kind: Kind) -> Iterator[Probe]:
    x = np.array([[3, 1, -2], [0, 2, 1], [-1, -3, 2], [1, 0, 4]])
    yield probe(kind, "integers", x)
