"""The targets of the last layer on a device: t = w (1 - eps) target + w eps / K.

Class ids weigh one class a row, and smoothing one row of weights for all of them;
probabilities are read tile by tile.  Which rows take part would be a look at data, so
ignored ones are computed too, of zeros, and count nothing.
"""

from __future__ import annotations

from typing import Any

import torch

from ..adapters._axes import Rows
from ..adapters._targets import are_ids
from ._device_numbers import INF, row_dtype
from ._device_shapes import stand_in
from ._device_targets import not_ids, weights_of

Tensor = Any


class LinearTargets:
    """Of each row: its label or probabilities, and its mass.

    labels     class ids in range, or None for probabilities
    own        the weight of each label, beyond what smoothing gives it
    spread     what smoothing gives each class of a row, or None
    mass       sum of a row's weights; NaN where a target makes no sense
    ignored    rows that count nothing, or None
    """

    def __init__(
        self,
        targets: Tensor,
        shape: tuple[int, ...],
        dead: Tensor | None,
        *,
        smoothing: float,
        weight: Tensor | None,
        ignore_index: int | None,
        memory: int,
    ) -> None:
        rows = Rows(shape, -1)
        self.count, self.classes = rows.count, rows.length
        self.smoothing, self.wide = smoothing, row_dtype(targets)
        # Probabilities are added up in float64: so many at a time, in a few copies.
        self.entries = max(256, memory // 64)
        self.weight = None if weight is None else weights_of(weight.to(self.wide))
        self.spread = self._spread(dead, targets.device)
        self.labels: Tensor | None = None
        self.probabilities: Tensor | None = None
        self.ignored: Tensor | None = None
        if are_ids(stand_in(targets), rows):
            self._read_ids(targets.reshape(self.count).to(torch.int64), ignore_index)
        elif ignore_index is not None:
            raise not_ids(targets)
        else:
            self._read_probabilities(targets.reshape(self.count, self.classes))

    def tile(self, rows: slice, classes: slice, dtype: torch.dtype) -> Tensor | None:
        """The weights of a tile: a row for each, one for all, or none."""
        if self.probabilities is None:
            return None if self.spread is None else self.spread[classes].to(dtype)[None]
        t = self.probabilities[rows, classes].to(dtype)
        if self.smoothing:
            t = t * (1.0 - self.smoothing)
        if self.weight is not None:
            t = t * self.weight[classes].to(dtype)
        return t if self.spread is None else t + self.spread[classes].to(dtype)

    def smoothing_at(self, labels: Tensor) -> Tensor:
        """What smoothing gives each row's label."""
        if self.spread is None or not self.classes:
            return torch.zeros(labels.shape, dtype=self.wide, device=labels.device)
        return self.spread[labels]

    def _spread(self, dead: Tensor | None, device: torch.device) -> Tensor | None:
        """eps / K for each live class, times its weight."""
        if not self.smoothing:
            return None
        live = torch.ones(self.classes, dtype=self.wide, device=device)
        if dead is not None:
            live = live.masked_fill(dead, 0.0)
        each = self.smoothing / live.sum().clamp(min=1.0) * live
        return each if self.weight is None else each * self.weight

    def _read_ids(self, ids: Tensor, ignore_index: int | None) -> None:
        bad = (ids < 0) | (ids >= self.classes)
        self.labels = ids.clamp(0, max(0, self.classes - 1))
        own = torch.ones_like(ids, dtype=self.wide)
        if self.weight is not None and self.classes:
            own = self.weight[self.labels]
        own = own * (1.0 - self.smoothing)
        mass = own if self.spread is None else own + self.spread.sum()
        mass = torch.where(bad, torch.nan, mass)
        if ignore_index is not None:
            self.ignored = ids == ignore_index
            own = torch.where(self.ignored, 0.0, own)
            mass = torch.where(self.ignored, 0.0, mass)
        self.own, self.mass = own, mass

    def _read_probabilities(self, t: Tensor) -> None:
        self.probabilities = t
        self.own = torch.zeros(self.count, dtype=self.wide, device=t.device)
        self.mass = torch.zeros_like(self.own)
        step = max(1, self.entries // max(1, self.classes))
        for start in range(0, self.count, step):
            rows = slice(start, min(start + step, self.count))
            self.mass[rows] = self._mass(rows)

    def _mass(self, rows: slice) -> Tensor:
        assert self.probabilities is not None
        whole = torch.zeros_like(self.mass[rows])
        for start in range(0, self.classes, self.entries):
            classes = slice(start, min(start + self.entries, self.classes))
            t = self.probabilities[rows, classes]
            bad = ~((t >= 0) & (t < INF)).all(-1)
            part = self.tile(rows, classes, self.wide)
            assert part is not None
            whole = whole + torch.where(bad, torch.nan, part.sum(-1))
        return whole
