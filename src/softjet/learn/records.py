"""What training leaves behind: logits, loss and weights, update by update."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Records(NamedTuple):
    """Snapshots along training, the state before the first update and the last among
    them; S of them, each over all n rows of the training set in their order.

    Attributes
    ----------
    updates : int64 (S,), updates made before the snapshot
    losses : float64 (S,), mean loss of the rows, class weights included
    logits : float64 (S, n, classes)
    weights : tuple of float64 arrays (S, ...): W and b of each affine layer in turn
    """

    updates: NDArray[np.int64]
    losses: Array
    logits: Array
    weights: tuple[Array, ...]


class Recorder:
    """Collects snapshots before every `every`-th update, and once at the end."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.updates: list[int] = []
        self.losses: list[float] = []
        self.logits: list[Array] = []
        self.weights: list[list[Array]] = []

    def due(self, update: int) -> bool:
        return self.every > 0 and update % self.every == 0

    def keep(
        self, update: int, loss: float, logits: Array, weights: Iterable[Array]
    ) -> None:
        if not self.every:
            return
        self.updates.append(update)
        self.losses.append(loss)
        self.logits.append(logits.copy())
        self.weights.append([w.copy() for w in weights])

    def records(self) -> Records:
        logits = np.array(self.logits) if self.logits else np.zeros((0, 0, 0))
        return Records(
            np.array(self.updates, dtype=np.int64),
            np.array(self.losses, dtype=np.float64),
            logits,
            tuple(np.array(parts) for parts in zip(*self.weights, strict=True)),
        )
