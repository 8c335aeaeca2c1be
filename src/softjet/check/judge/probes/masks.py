"""A mask argument: what is masked has left the row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    if kind.by_entries or kind.takes_targets:
        return
    mask = np.ones((3, 5), bool)
    mask[0, 1] = mask[1, 0] = mask[1, 4] = False
    yield probe(kind, "masks", logits("masks", (3, 5)), options={"mask": mask})
