"""Optimisers: from gradients g to moves of the weights, a few lines each.

    SGD        move = -rate g
    momentum   v <- decay v + g,                        move = -rate v
    Adam       m <- b1 m + (1 - b1) g,   m' = m / (1 - b1^t)
               v <- b2 v + (1 - b2) g^2, v' = v / (1 - b2^t)
               move = -rate m' / (sqrt(v') + eps)

SGD and momentum are linear in the gradients: a direction in which every gradient is 0
(the sum of the logits, under cross-entropy) is never left.  Adam divides each weight's
gradient by that weight's own scale, and leaves it at the first step; the same division
lets it move weights of rare classes as fast as those of common ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Optimiser(Protocol):
    """What training asks of an optimiser; its state is its own."""

    rate: float

    def moves(self, gradients: Sequence[Array]) -> list[Array]:
        """What to add to each weight."""
        ...


class SGD:
    """Gradient descent: against the gradient, by a rate."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def moves(self, gradients: Sequence[Array]) -> list[Array]:
        return [-self.rate * g for g in gradients]


class Momentum:
    """Gradient descent with inertia: past gradients count, each step less."""

    def __init__(self, rate: float, decay: float = 0.9) -> None:
        self.rate, self.decay = rate, decay
        self.v: list[Array] = []

    def moves(self, gradients: Sequence[Array]) -> list[Array]:
        self.v = self.v or [np.zeros_like(g) for g in gradients]
        pairs = zip(self.v, gradients, strict=True)
        self.v = [self.decay * v + g for v, g in pairs]
        return [-self.rate * v for v in self.v]


class Adam:
    """Mean of the gradients over the root of their mean square, weight by weight.

    Both means begin at 0; dividing by 1 - b^t makes them means of what was seen.
    Source: Kingma and Ba (2015), algorithm 1, with its constants.
    """

    def __init__(
        self, rate: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.rate, self.b1, self.b2, self.eps = rate, b1, b2, eps
        self.m: list[Array] = []
        self.v: list[Array] = []
        self.t = 0

    def moves(self, gradients: Sequence[Array]) -> list[Array]:
        self.m = self.m or [np.zeros_like(g) for g in gradients]
        self.v = self.v or [np.zeros_like(g) for g in gradients]
        self.t += 1
        one, two = 1 - self.b1**self.t, 1 - self.b2**self.t
        for m, v, g in zip(self.m, self.v, gradients, strict=True):
            m += (1 - self.b1) * (g - m)
            v += (1 - self.b2) * (g * g - v)
        moments = ((m / one, v / two) for m, v in zip(self.m, self.v, strict=True))
        return [-self.rate * m / (np.sqrt(v) + self.eps) for m, v in moments]


OPTIMISERS: dict[str, type[SGD] | type[Momentum] | type[Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adam": Adam,
}
