"""A network as it is stored: its affine layers, and the name of its activation."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from softjet.learn import chain, layers
from softjet.learn.classifier import Classifier
from softjet.learn.columns import Column
from softjet.learn.objective import Array

Weights = list[tuple[Array, Array]]


@dataclass(frozen=True)
class NetworkModel(Classifier):
    """A trained network: X -> affine -> activation -> ... -> affine -> logits."""

    weights: Weights  # W (inputs, outputs) and b (outputs,) of each affine layer
    activation: str
    classes: np.ndarray
    columns: list[Column]
    target: str
    dropped: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def of_features(self, features: Array) -> Array:
        """Forward through the layers; the same arithmetic as Network's."""
        activation = layers.ACTIVATIONS[self.activation]
        every = (layers.affine, activation) * (len(self.weights) - 1)
        own = iter(self.weights)
        every = (*every, layers.affine)
        weights: chain.Weights = [
            next(own) if layer is layers.affine else () for layer in every
        ]
        return chain.forward(every, weights, features)[0]


def to_tensors(weights: Weights) -> dict[str, Array]:
    """W0, b0, W1, b1, ..."""
    pairs = enumerate(weights)
    return {
        f"{name}{i}": part
        for i, own in pairs
        for name, part in zip("Wb", own, strict=True)
    }


def from_tensors(tensors: dict[str, Array]) -> Weights:
    """The layers back; an error of Python where they are none, or do not fit."""
    count = len(tensors) // 2
    weights = [(tensors[f"W{i}"], tensors[f"b{i}"]) for i in range(count)]
    if not weights or 2 * count != len(tensors):
        raise ValueError("a W and a b for each layer")
    for W, b in weights:
        if W.ndim != 2 or b.shape != W.shape[1:]:
            raise ValueError("a layer's W and b do not fit")
    for (_, b), (W, _) in pairwise(weights):
        if len(b) != len(W):
            raise ValueError("two layers do not fit together")
    return weights


def check_activation(name: Any) -> str:
    """The name, if it is one that is known."""
    if not (isinstance(name, str) and name in layers.ACTIVATIONS):
        raise ValueError("no such activation")
    return name
