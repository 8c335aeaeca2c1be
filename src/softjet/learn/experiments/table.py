"""A tabular model: one row of logits a context, trained to match what was counted.

The input is a context, one-hot; there is no hidden layer.  W + b is then a table with a
logit vector for every context, and the gradient of the mean cross-entropy by the row of
a context is its share of the data times (p - frequencies).  It is 0 exactly where the
probabilities are the frequencies; the loss is then the entropy of the data, and no
model that sees the context alone does better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.learn.network import Network

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """The run, and what it should come to.

    Attributes
    ----------
    frequencies : (contexts, classes), counted in the data
    entropy : float, mean entropy of the label given the context, in nats a row
    updates : (S,), updates made before each snapshot
    probabilities : (S, contexts, classes)
    losses : (S,), mean cross-entropy in nats a row
    """

    frequencies: Array
    entropy: float
    updates: NDArray[np.int64]
    probabilities: Array
    losses: Array

    @property
    def distance(self) -> Array:
        """Largest |probability - frequency| at each snapshot."""
        return abs(self.probabilities - self.frequencies).max(axis=(1, 2))


def table(
    updates: int = 2000, contexts: int = 4, classes: int = 5, seed: int = 0
) -> Table:
    """Draw labels by context, fill the table by SGD on all rows, and compare."""
    context, y = _drawn(contexts, classes, seed)
    X = np.eye(contexts)[context]
    counts = np.zeros((contexts, classes))
    np.add.at(counts, (context, y), 1.0)
    frequencies = counts / counts.sum(axis=1, keepdims=True)
    records = (
        Network(
            hidden=(),
            optimiser="sgd",
            learning_rate=2.0,
            batch_size=None,
            epochs=updates,
            record=max(1, updates // 100),
        )
        .fit(X, y)
        .records_
    )
    W, b = records.weights
    return Table(
        frequencies,
        float(-np.log(frequencies[context, y]).mean()),
        records.updates,
        sj.softmax(W + b[:, None]),
        records.losses,
    )


def _drawn(contexts: int, classes: int, seed: int) -> tuple[NDArray, NDArray]:
    """500 rows; each context has its own law, and every class comes up in it."""
    random = np.random.default_rng(seed)
    every = np.indices((contexts, classes)).reshape(2, -1)
    context = random.integers(contexts, size=500 - every.shape[1])
    law = random.dirichlet(np.ones(classes), size=contexts)
    y = np.array([random.choice(classes, p=law[c]) for c in context])
    return np.r_[every[0], context], np.r_[every[1], y]
