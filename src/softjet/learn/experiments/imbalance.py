"""Balanced against 99 : 1 classes, across optimisers.

The loss is a mean over rows, so the rare class has a hundredth of the gradient.  SGD
moves by the gradient: it first learns the class frequencies, and the rare class only
when the common one has nothing more to say.  Adam divides by each weight's scale, and
is slowed down less.  class_weight="balanced" gives the rare class its half back.  The
rates are such that where classes are balanced, all optimisers are about equally fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.learn.network import Network

Array = NDArray[np.float64]
RATES = {"sgd": 0.1, "momentum": 0.01, "adam": 0.01}
DATA = ("balanced", "99 : 1", "99 : 1, weighted")


@dataclass(frozen=True)
class Imbalance:
    """Runs by (data, optimiser), all from the same weights.

    Attributes
    ----------
    rare, common : (updates + 1,), mean cross-entropy of the rows of class 1 and class 0
    recall : (updates + 1,), share of class 1 that is predicted as such
    """

    rare: dict[tuple[str, str], Array]
    common: dict[tuple[str, str], Array]
    recall: dict[tuple[str, str], Array]

    def updates_to(self, data: str, optimiser: str, loss: float) -> int | None:
        """Updates until the rare class's mean loss is below `loss`; None: never."""
        below = np.flatnonzero(self.rare[data, optimiser] < loss)
        return int(below[0]) if below.size else None


def imbalance(updates: int = 600, seed: int = 0) -> Imbalance:
    """Train on 500 : 500 rows and on 990 : 10 of the same two clouds."""
    found = Imbalance({}, {}, {})
    for data, (optimiser, rate) in product(DATA, RATES.items()):
        X, y = two_clouds(500 if data == "balanced" else 10, seed)
        network = Network(
            hidden=(16,),
            optimiser=optimiser,
            learning_rate=rate,
            batch_size=None,
            epochs=updates,
            seed=seed,
            class_weight="balanced" if data.endswith("weighted") else None,
            record=1,
        ).fit(X, y)
        logits = network.records_.logits
        ids = np.broadcast_to(y, logits.shape[:2])
        each = sj.cross_entropy(logits, ids, reduction="none")
        key = data, optimiser
        found.rare[key] = each[:, y == 1].mean(axis=1)
        found.common[key] = each[:, y == 0].mean(axis=1)
        right = logits[..., 1] > logits[..., 0]
        found.recall[key] = right[:, y == 1].mean(axis=1)
    return found


def two_clouds(
    rare: int, seed: int, rows: int = 1000
) -> tuple[Array, NDArray[np.int64]]:
    """Gaussians at a distance of 4 standard deviations, `rare` rows of the second."""
    y = (np.arange(rows) < rare).astype(np.int64)
    X = np.random.default_rng(seed).normal(size=(rows, 2))
    return X + np.where(y[:, None] == 1, 2.0, -2.0) * [1.0, 0.0], y
