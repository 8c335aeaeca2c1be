"""Log loss against squared error, from the same start.

By logits, the gradient of the cross-entropy is p - t; that of |p - t|^2 / 2 is
J (p - t), with J the softmax's Jacobian.  Where a row is sure of itself J is nearly 0,
and it makes no difference whether the row is right: a network that is sure and wrong
has nothing to learn from by squared error.  From a start that knows nothing (all logits
0) J is (1 - 1/K) / K along p - t, and the two merely go at different speeds.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softjet.learn import chain
from softjet.learn.network import HEADS, Network

Array = NDArray[np.float64]
LOSSES = ("cross_entropy", "squared_error")
STARTS = ("fresh", "sure and wrong")


@dataclass(frozen=True)
class Losses:
    """Runs of both losses from both starts, by (start, loss).

    Attributes
    ----------
    probability : (updates + 1,), mean probability of the right label
    accuracy : (updates + 1,), share of rows predicted right
    signal : float, mean length of the gradient by logits before the first update
    """

    probability: dict[tuple[str, str], Array]
    accuracy: dict[tuple[str, str], Array]
    signal: dict[tuple[str, str], float]


def losses(updates: int = 300, seed: int = 0) -> Losses:
    """Train by SGD with each loss, from weights that know nothing and wrong ones."""
    X, y = three_blobs(seed)
    found = Losses({}, {}, {})
    for start in STARTS:
        begun = _begun(start, X, y, seed)
        for loss in LOSSES:
            network = copy.deepcopy(begun).set_params(
                loss=loss, optimiser="sgd", learning_rate=0.5, batch_size=None
            )
            key = start, loss
            found.signal[key] = _signal(network, X, y)
            curves = _run(network, X, y, updates)
            found.probability[key], found.accuracy[key] = curves
    return found


def three_blobs(seed: int, rows: int = 150) -> tuple[Array, NDArray[np.int64]]:
    """Three classes in the plane, well apart."""
    y = np.arange(rows) % 3
    angle = 2 * np.pi * y / 3
    centres = 2.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + np.random.default_rng(seed).normal(size=(rows, 2)) * 0.6, y


def _begun(start: str, X: Array, y: NDArray, seed: int) -> Network:
    """The seed's weights after no update, or after learning every label wrongly."""
    network = Network(hidden=(16,), seed=seed, learning_rate=0.02, epochs=200)
    if start == "fresh":
        return network.set_params(epochs=0).fit(X, y)
    return network.fit(X, (y + 1) % 3)


def _signal(network: Network, X: Array, y: NDArray) -> float:
    head, loss = HEADS[network.loss]
    logits = network.decision_function(X)
    outputs, kept = chain.forward(head, [()] * len(head), logits)
    known = loss.value(np, outputs, np.eye(3)[y])[1]
    bar = loss.pullback(np, known, np.ones(len(X)))
    if head:
        bar = chain.backward(head, kept, bar)[0][0]
    return float(np.linalg.norm(bar, axis=1).mean())


def _run(network: Network, X: Array, y: NDArray, updates: int) -> tuple[Array, Array]:
    probability, accuracy = [], []
    for update in range(updates + 1):
        p = network.predict_proba(X)
        probability.append(p[np.arange(len(y)), y].mean())
        accuracy.append((p.argmax(axis=1) == y).mean())
        if update < updates:
            network.partial_fit(X, y)
    return np.array(probability), np.array(accuracy)
