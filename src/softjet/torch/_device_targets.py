"""The targets of a loss on a device: class ids or probabilities as rows of weights.

To refuse an id out of range, or a negative probability, a device would have to be
waited for: the row of such a target is NaN instead, in every mode, and so is the mean.
"""

from __future__ import annotations

from typing import Any

import torch

from ..adapters._axes import Rows
from ..adapters._targets import are_ids
from ..errors import Refusal
from ..rules._stable import extended_total
from ._device_numbers import INF, row_dtype, xp
from ._device_shapes import rows_of, stand_in

Tensor = Any


class Targets:
    """Rows of target weights w_k t_ik, smoothed, made block by block.

    Integers of the logits' shape without the axis are class ids; floats of the logits'
    shape are probabilities.
    """

    def __init__(
        self,
        targets: Tensor,
        rows: Rows,
        *,
        smoothing: float = 0.0,
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        where: Tensor | None = None,
    ) -> None:
        self.smoothing, self.length = smoothing, rows.length
        self.wide, self.where = row_dtype(targets), where
        self.weight = None if weight is None else weights_of(weight.to(self.wide))
        self.ids = are_ids(stand_in(targets), rows)
        self.ignored: Tensor | None = None
        if self.ids:
            self.array = targets.reshape(rows.count).to(torch.int64)
            if ignore_index is not None:
                self.ignored = self.array == ignore_index
        else:
            if ignore_index is not None:
                raise not_ids(targets)
            self.array = rows_of(rows, targets)

    def __call__(
        self, rows: slice, live: Tensor
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """Weights (rows, K) of a block, which rows are ignored, and which are bad."""
        t = self._plain(rows)
        if self.smoothing:
            alive = live.to(self.wide)
            spread = self.smoothing / alive.sum(-1, keepdim=True).clamp(min=1.0)
            t = (1.0 - self.smoothing) * t + spread * alive
        if self.weight is not None:
            t = t * self.weight
        ignored = None if self.ignored is None else self.ignored[rows]
        if ignored is not None:
            t = torch.where(ignored[:, None], 0.0, t)
        return t, ignored, self.bad(rows)

    def mass(self, rows: slice, live: Tensor) -> Tensor:
        """sum_k w_k t_ik for each row: the denominators of a mean."""
        if self.ids and not self.smoothing:
            # A class id counts its weight, wherever its logits lie.
            each = torch.ones_like(self.array[rows], dtype=self.wide)
            if self.weight is not None and self.length:
                each = self.weight[self._safe(rows)]
            if self.ignored is not None:
                each = torch.where(self.ignored[rows], 0.0, each)
        else:
            each = extended_total(xp, self(rows, live)[0])[:, 0]
        return torch.where(self.bad(rows), torch.nan, each)

    def _plain(self, rows: slice) -> Tensor:
        if not self.ids:
            t = self.array[rows].to(self.wide)
            return torch.where(self._wrong(rows) | torch.isnan(t), 0.0, t)
        count = self.array[rows].shape[0]
        exact = self.weight is None and not self.smoothing
        dtype = torch.float32 if exact else self.wide  # 0 and 1 are exact in any
        t = self.array.new_zeros((count, self.length), dtype=dtype)
        if not self.length:
            return t
        return t.scatter_(1, self._safe(rows)[:, None], 1.0)

    def _safe(self, rows: slice) -> Tensor:
        """Class ids in range, whatever came."""
        return self.array[rows].clamp(0, max(0, self.length - 1))

    def bad(self, rows: slice) -> Tensor:
        """Rows whose target makes no sense, or lies on a class that is masked out."""
        if not self.ids:
            return self._wrong(rows).any(-1)
        ids = self.array[rows]
        bad = (ids < 0) | (ids >= self.length)
        if self.where is not None and self.length:
            bad = bad | ~self.where[rows].gather(1, self._safe(rows)[:, None])[:, 0]
        return bad if self.ignored is None else bad & ~self.ignored[rows]

    def _wrong(self, rows: slice) -> Tensor:
        """Entries of probabilities that cannot be; a NaN under the mask is not read."""
        t = self.array[rows]
        sensible = (t >= 0) & (t < INF)
        if self.where is None:
            return ~sensible
        return ~torch.where(self.where[rows], sensible, (t == 0) | torch.isnan(t))


def weights_of(weight: Tensor) -> Tensor:
    return torch.where((weight >= 0) & (weight < INF), weight, torch.nan)


def not_ids(targets: Tensor) -> Refusal:
    return Refusal(
        "ignore-index-probabilities",
        "ignore_index is for class ids, and the targets are probabilities",
        got=f"targets {tuple(targets.shape)} {targets.dtype}, ignore_index",
        want="class ids; or leave the rows out",
    )
