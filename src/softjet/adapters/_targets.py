"""The targets of a loss: class ids or probabilities, made into rows of weights."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import Refusal, TypeRefusal
from ..rules._stable import extended_total
from ._arrays import as_array
from ._axes import Rows
from ._ordinary import within
from ._words import load

FAR = 2**60  # a number that float32 holds; larger targets are looked at twice


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
        self.ids = are_ids(array, rows)
        self.ignored: np.ndarray | None = None
        if self.ids:
            self.array = array.reshape(rows.count).copy()
            if ignore_index is not None:
                self.ignored = self.array == ignore_index
            self._refuse_ids()
        else:
            self.array = rows.flatten(array)
            if where is not None:
                # A missing label under the mask is not read.
                missing = np.isnan(self.array) & ~where
                self.array = np.where(missing, 0, self.array)
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

    def frozen(self) -> Targets:
        """The same on a copy: what the caller does next changes nothing."""
        held = copy(self)
        held.array = self.array.copy()
        return held

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

    def weights(
        self, x: np.ndarray, start: int, stop: int, taken: Callable[..., np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Rows start to stop by kernels: weights, their sums, and which are ignored.

        x is their logits, flat, in the working dtype that the weights have too.
        """
        kernels, block = load().target_weights, slice(start, stop)
        sums, span = np.empty(stop - start), (self.rows.length, 0, stop - start)
        if not (self.ids or self.smoothing) and self.weight is None:
            t = taken(self.array, start, stop)
            kernels.put_sums(t, sums, *span)
            return t, sums, None
        ids, ignored = np.zeros(0, np.int64), None
        p = x[:0] if self.ids else taken(self.array, start, stop)
        if self.ids:
            ids, _, ignored = self.labels(block)
        t = np.empty_like(x)
        given = x, p, ids, self._lanes, t, sums
        kernels.put_weights(*given, *span, self.smoothing)
        if ignored is not None:
            sums[ignored] = 0.0
        return t, sums, ignored

    @cached_property
    def _lanes(self) -> np.ndarray:
        """The class weights, and zeros up to a whole vector of any dtype."""
        weights = np.zeros(self.rows.length + 16)
        weights[: self.rows.length] = 1.0 if self.weight is None else self.weight
        return weights

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
        if within(self.array, 0, FAR):
            return
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


def are_ids(array: np.ndarray, rows: Rows) -> bool:
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
