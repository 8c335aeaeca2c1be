"""What a right answer depends on, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from softjet.rules._stable import Scaled

Array = Any


@dataclass(frozen=True, eq=False)
class Case:
    """Canonical inputs; `weights` are the targets with their class weights and mean.

    A masked entry is at -inf.  Rows without a live entry are computed as if they were
    zero, and not judged: nobody agrees on them, so they are a note.
    """

    kind: str
    x: Array
    seed: Array | None = None
    x_dot: Array | None = None
    weights: Array | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def temperature(self) -> float:
        return float(self.options.get("temperature") or 1.0)

    @property
    def dead_rows(self) -> Array:
        return ~np.isfinite(self.x).any(-1)

    @property
    def dead(self) -> Array:
        """Entries at -inf that have left a row with others alive."""
        return np.isneginf(self.x) & ~self.dead_rows[..., None]

    @property
    def scaled(self) -> Scaled:
        x = np.where(self.dead_rows[..., None], 0.0, self.x)
        return Scaled(x, np.zeros_like(x), self.temperature)

    @property
    def at_unit_temperature(self) -> Array:
        """x / T rounded: for bounds, not for answers."""
        return np.where(self.dead_rows[..., None], 0.0, self.x) / self.temperature
