"""The chain rule, in both directions: a network is a list of rules, run one by one.

    x -> rule 1 -> rule 2 -> ... -> y              forward: values, and what is kept
    x_dot -> ... -> y_dot                          pushforward: the same way
    x_bar <- ... <- y_bar                          backward: the other way around

Nothing else is in backpropagation: each layer pulls back what the next one hands it,
by what it kept itself, and leaves the part that belongs to its own weights behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.rules import Rule

Array = NDArray[np.float64]
Weights = list[tuple[Array, ...]]  # one tuple a layer, () for a layer without weights


def forward(layers: Sequence[Rule], weights: Weights, x: Array) -> tuple[Array, list]:
    """The output, and what each layer's derivatives will read."""
    kept: list[Any] = []
    for layer, own in zip(layers, weights, strict=True):
        x, known = layer.value(np, x, *own)
        kept.append(known)
    return x, kept


def pushforward(
    layers: Sequence[Rule], kept: list, x_dot: Array, weights_dot: Weights
) -> Array:
    """How the output moves when the input and all weights do."""
    for layer, known, own_dot in zip(layers, kept, weights_dot, strict=True):
        x_dot = layer.pushforward(np, known, x_dot, *own_dot)
    return x_dot


def backward(
    layers: Sequence[Rule], kept: list, y_bar: Array
) -> tuple[list[Array], Weights]:
    """The cotangent of every layer's input, and of every layer's weights."""
    inputs_bar: list[Array] = []
    weights_bar: Weights = []
    for layer, known in zip(reversed(layers), reversed(kept), strict=True):
        answer = layer.pullback(np, known, y_bar)
        y_bar, *own_bar = answer if isinstance(answer, tuple) else (answer,)
        inputs_bar.append(y_bar)
        weights_bar.append(tuple(own_bar))
    return inputs_bar[::-1], weights_bar[::-1]


def draw(widths: Sequence[int], seed: int) -> list[tuple[Array, Array]]:
    """Weights to start from: W (inputs, outputs) and b of each affine layer.

    Uniform within 1 / sqrt(inputs), so that sums of inputs neither grow nor vanish; the
    last layer is 0.  So every logit starts at 0 and every loss at log K: the network
    begins by knowing nothing, rather than with opinions that it must unlearn.
    """
    random = np.random.default_rng(seed)
    weights = []
    for inputs, outputs in pairwise(widths):
        most = inputs**-0.5
        W = random.uniform(-most, most, (inputs, outputs))
        weights.append((W, random.uniform(-most, most, outputs)))
    W, b = weights[-1]
    return [*weights[:-1], (np.zeros_like(W), np.zeros_like(b))]
