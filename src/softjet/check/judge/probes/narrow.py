"""float32 and float16: judged by their own unit roundoff."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    for dtype, shape in ((np.float32, (4, 3)), (np.float16, (3, 5))):
        x = logits(f"narrow {dtype.__name__}", shape).astype(dtype)
        yield probe(kind, f"narrow, {dtype.__name__}", x)
