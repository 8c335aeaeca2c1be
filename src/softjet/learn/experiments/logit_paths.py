"""The path of every logit vector through training, by optimiser.

Three classes in space: two blobs, and a shell around both.  Logits start at 0.  The
gradient of cross-entropy by logits is p - t, whose entries sum to 0; so the gradients
of the last layer's weights sum to 0 over classes, and SGD, with momentum or without,
which adds multiples of gradients, keeps z_0 + z_1 + z_2 = 0 for ever: flat paths.
Adam divides each weight's step by its own scale, and leaves the plane at once.

After Waite (2020), "softmax-logit-paths" (MIT): the law of the data, the network, the
rates and the number of updates are his; here every optimiser has the same data and the
same start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softjet.learn.network import Network

Array = NDArray[np.float64]
# SGD with momentum 0.9 moves ten times the rate in the long run: a tenth of it here.
RATES = {"sgd": 0.1, "momentum": 0.01, "adam": 0.001}


@dataclass(frozen=True)
class LogitPaths:
    """Every optimiser's run on the same points from the same weights.

    Attributes
    ----------
    points : (60, 3);  labels : (60,), 0 to 2
    logits : by optimiser, (updates + 1, 60, 3): before each update, and at the end
    losses : by optimiser, (updates + 1,), mean cross-entropy in nats
    """

    points: Array
    labels: NDArray[np.int64]
    logits: dict[str, Array]
    losses: dict[str, Array]

    def off_plane(self, optimiser: str) -> Array:
        """Largest |z_0 + z_1 + z_2| of any point, update by update."""
        return abs(self.logits[optimiser].sum(axis=2)).max(axis=1)


def logit_paths(updates: int = 1000, seed: int = 0) -> LogitPaths:
    """Train once with each optimiser, all rows in every update, recording all of it."""
    points, labels = blobs_in_a_shell(seed)
    logits, losses = {}, {}
    for optimiser, rate in RATES.items():
        network = Network(
            hidden=(32, 32),
            optimiser=optimiser,
            learning_rate=rate,
            batch_size=None,
            epochs=updates,
            seed=seed,
            record=1,
        ).fit(points, labels)
        logits[optimiser] = network.records_.logits
        losses[optimiser] = network.records_.losses
    return LogitPaths(points, labels, logits, losses)


def blobs_in_a_shell(seed: int) -> tuple[Array, NDArray[np.int64]]:
    """20 of N((2, 0, 0), 1), 20 of N((-2, 0, 0), 1), 20 on the sphere of radius 4."""
    x = np.random.default_rng(seed).normal(size=(3, 20, 3))
    x[0, :, 0] += 2.0
    x[1, :, 0] -= 2.0
    x[2] *= 4.0 / np.linalg.norm(x[2], axis=1, keepdims=True)
    return x.reshape(60, 3), np.repeat(np.arange(3), 20)
