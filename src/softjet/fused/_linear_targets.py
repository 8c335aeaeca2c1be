"""The targets of the last layer as weights: t = w (1 - eps) target + w eps / K.

Class ids weigh one class a row, and smoothing one row of weights for all of them;
probabilities are read tile by tile, never copied as a whole.  Rows that are ignored are
left out before anything is computed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..adapters._arrays import as_array
from ..adapters._axes import Rows
from ..adapters._targets import Targets, are_ids
from ..errors import Refusal

# Entries of probabilities that are looked at at a time.
ENTRIES = 1 << 16


class Weighing(NamedTuple):
    """The options that weigh targets."""

    smoothing: float
    weight: np.ndarray | None
    ignore_index: int | None


class LinearTargets:
    """Of the rows that take part: their labels or probabilities, and their masses.

    kept       indices of the rows that take part, or None for all
    labels     class ids of those rows, or None for probabilities
    own        the weight of each label, beyond what smoothing gives it
    spread     what smoothing gives each class of a row, or None
    mass       sum of a row's weights
    """

    def __init__(
        self,
        targets: Any,
        shape: tuple[int, ...],
        weighing: Weighing,
        dead: np.ndarray | None,
    ) -> None:
        rows, self.weighing = Rows(shape, -1), weighing
        self.weight = weighing.weight
        array = as_array(targets, "targets", "linear_cross_entropy")
        self.kept: np.ndarray | None = None
        self.labels: np.ndarray | None = None
        self.probabilities: np.ndarray | None = None
        self.spread = self._spread(rows.length, dead)
        if are_ids(array, rows):
            self._read_ids(Targets(array, rows, ignore_index=weighing.ignore_index))
        else:
            self._read_probabilities(array, rows)

    @classmethod
    def none(cls, rows: int) -> LinearTargets:
        """Rows that are asked for their logits alone: nothing weighs anything."""
        weighing, ids = Weighing(0.0, None, None), np.zeros(rows, np.int64)
        found = cls(ids, (rows, 1), weighing, None)
        found.labels, found.own, found.mass = None, np.zeros(rows), np.zeros(rows)
        return found

    def tile(self, rows: slice, classes: slice, dtype: np.dtype) -> np.ndarray | None:
        """The weights of a tile: a row for each, one for all, or none."""
        if self.probabilities is None:
            return None if self.spread is None else self.spread[classes].astype(dtype)
        return self._weighed(self.probabilities[rows, classes], classes).astype(dtype)

    def smoothing_at(self, labels: np.ndarray) -> np.ndarray:
        return np.zeros(len(labels)) if self.spread is None else self.spread[labels]

    def _spread(self, classes: int, dead: np.ndarray | None) -> np.ndarray | None:
        """eps / K for each live class, times its weight."""
        if not self.weighing.smoothing:
            return None
        live = np.ones(classes) if dead is None else 1.0 - dead
        each = self.weighing.smoothing / max(live.sum(), 1.0) * live
        return each if self.weight is None else each * self.weight

    def _read_ids(self, ids: Targets) -> None:
        labels = ids.array.astype(np.int64)
        if ids.ignored is not None and ids.ignored.any():
            self.kept = np.flatnonzero(~ids.ignored)
            labels = labels[self.kept]
        self.labels = labels
        weights = np.ones(len(labels)) if self.weight is None else self.weight[labels]
        self.own = (1.0 - self.weighing.smoothing) * weights
        self.mass = self.own + (0.0 if self.spread is None else self.spread.sum())

    def _read_probabilities(self, array: np.ndarray, rows: Rows) -> None:
        if self.weighing.ignore_index is not None:
            raise Refusal(
                "ignore-index-probabilities",
                "ignore_index is for class ids, and the targets are probabilities",
                got=f"targets {array.shape} {array.dtype}, ignore_index",
                want="class ids; or leave the rows out",
            )
        self.probabilities = flat = array.reshape(rows.count, rows.length)
        self.own = np.zeros(rows.count)
        self.mass = np.zeros(rows.count)
        step = max(1, ENTRIES // max(1, rows.length))
        for start in range(0, rows.count, step):
            part = flat[start : start + step].astype(np.float64)
            _refuse(part, rows, start)
            self.mass[start : start + step] = self._weighed(part, slice(None)).sum(-1)

    def _weighed(self, part: np.ndarray, classes: slice) -> np.ndarray:
        t = part.astype(np.float64)
        if self.weighing.smoothing:
            t *= 1.0 - self.weighing.smoothing
        if self.weight is not None:
            t *= self.weight[classes]
        return t if self.spread is None else t + self.spread[classes]


def _refuse(part: np.ndarray, rows: Rows, start: int) -> None:
    bad = ~((part >= 0) & np.isfinite(part)).all(-1)
    if bad.any():
        raise Refusal(
            "targets-probabilities",
            "target probabilities are negative or not finite",
            got=rows.place(start + int(np.flatnonzero(bad)[0])),
            want="finite numbers >= 0",
        )
