"""The targets of a loss: class ids or probabilities, made into rows of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import Refusal, TypeRefusal
from ..rules._stable import extended_total
from ._arrays import as_array
from ._axes import Rows
from ._ordinary import ordinary, within


class Targets:
    """Rows of target weights w_k t_ik, smoothed, made block by block.

    Decided by dtype and shape together: integers of the logits' shape without the axis
    are class ids; floats of the logits' shape are probabilities.
    """

    def __init__(
        self,
        targets: Any,
        rows: Rows,
        *,
        smoothing: float = 0.0,
        weight: np.ndarray | None = None,
        ignore_index: int | None = None,
        where: np.ndarray | None = None,
    ) -> None:
        array = as_array(targets, "targets", "cross_entropy")
        self.rows, self.smoothing, self.weight = rows, smoothing, weight
        self.exponent = 0
        self.ids = _are_ids(array, rows)
        self.ignored: np.ndarray | None = None
        if self.ids:
            self.array = array.reshape(rows.count).copy()
            if ignore_index is not None:
                self.ignored = self.array == ignore_index
            self._refuse_ids()
        else:
            self.array = rows.flatten(array).copy()
            if where is not None:
                # A missing label under the mask is not read.
                self.array[np.isnan(self.array) & ~where] = 0
            if ignore_index is not None:
                raise Refusal(
                    "ignore-index-probabilities",
                    "ignore_index is for class ids, and the targets are probabilities",
                    got=f"targets {array.shape} {array.dtype}, ignore_index",
                    want="class ids; or leave the rows out",
                )
            self._refuse_probabilities()
        if where is not None:
            self._refuse_masked(where)

    def __call__(
        self, block: slice, live: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Weights (rows, K) of a block, and which of its rows are ignored."""
        t = self._plain(block)
        if self.smoothing:
            alive = np.ones_like(t) if live is None else live.astype(np.float64)
            spread = self.smoothing / np.maximum(alive.sum(-1, keepdims=True), 1)
            t = (1 - self.smoothing) * t + spread * alive
        if self.weight is not None:
            t = t * self.weight
        t = np.ldexp(t, self.exponent)
        ignored = None if self.ignored is None else self.ignored[block]
        if ignored is not None:
            t[ignored] = 0.0
        return t, ignored

    @property
    def plain(self) -> bool:
        """Whether the targets are class ids with at most a weight each."""
        return self.ids and not self.smoothing and not self.exponent

    def labels(
        self, block: slice
    ) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
        """Class ids in range, their weights, and which rows are ignored."""
        ids = self.array[block].astype(np.int64)
        ignored = None if self.ignored is None else self.ignored[block]
        if ignored is not None:
            ids[ignored] = 0
        weights = None if self.weight is None else self.weight[ids]
        return ids, weights, ignored

    def scale_to_one(self) -> None:
        """Scale all weights by one power of two: a mean does not feel it.

        Sums of weights near the ends of float64 would lose their digits, or overflow.
        """
        if self.ids and self.weight is None:
            return
        largest = 1.0 if self.weight is None else self.weight.max(initial=0.0)
        if not self.ids:
            peak = float(self.array.astype(np.float64).max(initial=0.0))
            if abs(np.frexp(peak)[1] + np.frexp(largest)[1]) > 900:
                largest = np.ldexp(largest, int(np.frexp(peak)[1]))
        exponent = int(np.frexp(largest)[1])
        self.exponent = -exponent if abs(exponent) > 900 else 0

    def mass(self, block: slice, live: np.ndarray | None) -> np.ndarray:
        """sum_k w_k t_ik for each row: the denominators of a mean."""
        return extended_total(np, self(block, live)[0])[:, 0]

    def _plain(self, block: slice) -> np.ndarray:
        part = self.array[block]
        if not self.ids:
            return part.astype(np.float64)
        t = np.zeros((part.size, self.rows.length))
        kept = np.arange(part.size)
        if self.ignored is not None:
            kept = kept[~self.ignored[block]]
        t[kept, part[kept]] = 1.0
        return t

    def _refuse_ids(self) -> None:
        if within(self.array, 0, self.rows.length - 1):
            return
        bad = (self.array < 0) | (self.array >= self.rows.length)
        if self.ignored is not None:
            bad &= ~self.ignored
        if not bad.any():
            return
        row = int(np.flatnonzero(bad)[0])
        value, classes = int(self.array[row]), self.rows.length
        alone = value < 0 and (self.array[bad] == value).all()
        raise Refusal(
            "targets-range",
            "a class id is out of range",
            got=f"id {value} in {self.rows.place(row)}, {int(bad.sum())} such in all",
            want=f"0 to {classes - 1}" if classes else "no id: there are no classes",
            hint=f"ignore_index={value}" if alone else None,
        )

    def _refuse_probabilities(self) -> None:
        wide = self.array.astype(np.float64)
        bad = ~((wide >= 0) & np.isfinite(wide)).all(-1)
        if bad.any():
            raise Refusal(
                "targets-probabilities",
                "target probabilities are negative or not finite",
                got=self.rows.place(int(np.flatnonzero(bad)[0])),
                want="finite numbers >= 0",
            )

    def _refuse_masked(self, where: np.ndarray) -> None:
        if self.ids:
            safe = np.clip(self.array, 0, max(self.rows.length - 1, 0))
            dead = ~where[np.arange(safe.size), safe.astype(np.intp)]
            if self.ignored is not None:
                dead &= ~self.ignored
        else:
            dead = ((self.array > 0) & ~where).any(-1)
        if dead.any():
            raise Refusal(
                "targets-masked",
                "a target lies on a class that where masks out",
                got=self.rows.place(int(np.flatnonzero(dead)[0])),
                want="targets on unmasked classes",
            )


def _are_ids(array: np.ndarray, rows: Rows) -> bool:
    integer, floating = array.dtype.kind in "iu", array.dtype.kind not in "iub"
    if integer and array.shape == rows.batch:
        return True
    if floating and array.shape == rows.shape:
        return False
    if array.dtype.kind == "b":
        raise TypeRefusal(
            "targets-dtype",
            "targets are booleans, neither class ids nor probabilities",
            got=f"targets {array.shape} {array.dtype}",
            want=_wanted(rows),
            hint="targets.astype(float)" if array.shape == rows.shape else None,
        )
    hint = None
    if integer and array.shape == rows.shape:
        hint = "numpy.asarray(targets, float)"
    elif floating and array.shape == rows.batch and (array == np.floor(array)).all():
        hint = "numpy.asarray(targets, int)"
    elif integer and array.shape == (*rows.batch, 1):
        hint = "targets[..., 0]"
    raise Refusal(
        "targets-shape",
        "targets do not line up with logits",
        got=f"logits {rows.shape}, targets {array.shape} {array.dtype}",
        want=_wanted(rows),
        hint=hint,
    )


def _wanted(rows: Rows) -> str:
    return (
        f"integers {rows.batch} of class ids, or floats {rows.shape} of probabilities"
    )


def binary_targets(
    targets: Any, shape: tuple[int, ...], mask: np.ndarray | None = None
) -> np.ndarray:
    """Targets of a binary cross-entropy: numbers from 0 to 1; masked ones are 0."""
    array = targets
    if not ordinary(array):
        array = as_array(targets, "targets", "binary_cross_entropy")
    if array.shape != shape:
        raise Refusal(
            "targets-shape",
            "targets do not line up with logits",
            got=f"logits {shape}, targets {array.shape} {array.dtype}",
            want=f"targets {shape}, one number from 0 to 1 for each logit",
            hint="targets[..., None]" if (*array.shape, 1) == shape else None,
        )
    wide = array.astype(np.float64)
    if mask is not None:
        wide = np.where(mask, wide, 0.0)
    if within(wide, 0, 1):
        return wide
    bad = np.argwhere(~((wide >= 0) & (wide <= 1)))
    if bad.size:
        raise Refusal(
            "targets-unit",
            "a binary target is not between 0 and 1",
            got=f"entry {tuple(int(i) for i in bad[0])}, {len(bad)} such entries",
            want="numbers from 0 to 1",
        )
    return wide
