"""A probe moved by a constant along its rows, without rounding.

x is first replaced by (x + c) - c, which differs from x in its last bits and to which c
can be added exactly; each primal has a constant of its own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ._probe import Probe

SHIFTS = (1024.0, -768.0)


@lru_cache(maxsize=256)
def shifted(probe: Probe) -> tuple[Probe, Probe]:
    """The probe moved, and the probe it was moved from."""
    moved, still = [], []
    for x, c in zip(probe.primals, SHIFTS, strict=False):
        constant = probe.dtype.type(c)
        moved.append(x + constant)
        still.append(moved[-1] - constant)
    return (
        replace(probe, primals=tuple(moved)),
        replace(probe, primals=tuple(still)),
    )
