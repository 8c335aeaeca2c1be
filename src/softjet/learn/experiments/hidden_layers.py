"""Softmax against ReLU as a hidden layer: what becomes of the gradient on its way back.

A ReLU multiplies each entry of the gradient by 1 or by 0: nearly half are dead, and the
rest come through whole.  A softmax of n units multiplies by y, which sums to 1 over
them, and takes the mean out: at first none is dead, but all are faint, by a factor of
about n a layer; later, where y nears a one-hot row, many die as well.  tanh stands
beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softjet.learn import chain, layers
from softjet.learn.experiments.logit_paths import blobs_in_a_shell
from softjet.learn.network import Network
from softjet.rules import Rule

Array = NDArray[np.float64]
ACTIVATIONS = ("relu", "tanh", "softmax")
DEAD = 1e-6


@dataclass(frozen=True)
class HiddenLayers:
    """Runs of each activation in two hidden layers, same data, seed and optimiser.

    The gradients are those of the rows' cross-entropy; index 0 of the last axis is the
    first hidden layer.

    Attributes
    ----------
    updates : (S,), updates made before each snapshot; 0 is left out, because the last
        layer is 0 then and nothing comes back through it
    dead : by activation, (S, 2): share of entries (row and unit) whose gradient below
        the activation is under 1e-6 of the row's largest above it
    passed : by activation, (S, 2): median over rows of the length of the gradient below
        the activation over its length above
    losses : by activation, (S,)
    """

    updates: NDArray[np.int64]
    dead: dict[str, Array]
    passed: dict[str, Array]
    losses: dict[str, Array]


def hidden_layers(updates: int = 1000, seed: int = 0) -> HiddenLayers:
    """Train each activation by Adam, and follow the gradient through both layers."""
    X, y = blobs_in_a_shell(seed)
    found = HiddenLayers(np.arange(0), {}, {}, {})
    for activation in ACTIVATIONS:
        records = (
            Network(
                hidden=(32, 32),
                activation=activation,
                learning_rate=0.003,
                batch_size=None,
                epochs=updates,
                seed=seed,
                record=max(1, updates // 50),
            )
            .fit(X, y)
            .records_
        )
        snapshots = [
            _followed(
                layers.ACTIVATIONS[activation], [w[s] for w in records.weights], X, y
            )
            for s in range(1, len(records.updates))
        ]
        found.dead[activation] = np.array([dead for dead, _ in snapshots])
        found.passed[activation] = np.array([passed for _, passed in snapshots])
        found.losses[activation] = records.losses[1:]
    return HiddenLayers(records.updates[1:], found.dead, found.passed, found.losses)


def _followed(
    activation: Rule, flat: list[Array], X: Array, y: NDArray
) -> tuple[list[float], list[float]]:
    """Share of dead gradients and of length passed, in each hidden layer."""
    every = (layers.affine, activation) * 2 + (layers.affine,)
    pairs = iter(zip(flat[::2], flat[1::2], strict=True))
    weights: chain.Weights = [
        next(pairs) if layer is layers.affine else () for layer in every
    ]
    logits, kept = chain.forward(every, weights, X)
    known = layers.cross_entropy.value(np, logits, np.eye(3)[y])[1]
    logits_bar = layers.cross_entropy.pullback(np, known, np.ones(len(X)))
    bars, _ = chain.backward(every, kept, logits_bar)
    # bars[i] is the gradient at the input of layer i: 1 and 3 are the activations'.
    sides = [(bars[i], bars[i + 1]) for i in (1, 3)]
    return [_dead(*side) for side in sides], [_passed(*side) for side in sides]


def _dead(below: Array, above: Array) -> float:
    largest = abs(above).max(axis=1, keepdims=True)
    return float((abs(below) <= DEAD * largest).mean())


def _passed(below: Array, above: Array) -> float:
    lengths = np.linalg.norm(below, axis=1), np.linalg.norm(above, axis=1)
    alive = lengths[1] > 0
    return (
        float(np.median(lengths[0][alive] / lengths[1][alive])) if alive.any() else 0.0
    )
