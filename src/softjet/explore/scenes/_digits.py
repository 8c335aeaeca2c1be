"""Softmax regression on the digits, trained by the plainest loop there is.

    P = softmax(X W + b),   G = (P - T) / n,   W_bar = X^T G,   b_bar = 1^T G

1797 handwritten digits of 8 by 8 pixels; every fifth is kept from training.  Each run
is computed once; a drag only picks an update.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.explore.scenes._packed import packed

Array = NDArray[np.float64]
UPDATES = 150
EXAMPLES = 359  # kept from training
# Each about as far as it goes without shaking; momentum moves ten times its rate.
RATES = {"sgd": 0.5, "momentum": 0.1, "adam": 0.02}
WEIGHT = 4.0  # drawn in full colour
LOSS = 2.5  # the top of the plot: 2.303 is the loss of no knowledge


class Digits(NamedTuple):
    """Pixels from 0 to 1 and labels, to train on and kept from training."""

    X: Array
    t: NDArray[np.int64]
    X_test: Array
    t_test: NDArray[np.int64]


class Run(NamedTuple):
    """Weights before each update and at the end; losses and hits along them."""

    W: Array  # (UPDATES + 1, 64, 10)
    b: Array  # (UPDATES + 1, 10)
    losses: Array
    test_losses: Array
    accuracies: Array


@cache
def digits() -> Digits:
    from sklearn.datasets import load_digits

    X, t = load_digits(return_X_y=True)
    kept = np.arange(len(t)) % 5 == 4
    return Digits(X[~kept] / 16, t[~kept], X[kept] / 16, t[kept])


@cache
def run(optimiser: str) -> Run:
    from softjet.learn.optimisers import OPTIMISERS

    X, t, X_test, t_test = digits()
    steps = OPTIMISERS[optimiser](RATES[optimiser])
    W, b = np.zeros((64, 10)), np.zeros(10)
    kept: list[tuple[Any, ...]] = []
    for _ in range(UPDATES + 1):
        loss, G = sj.cross_entropy.value_and_grad(X @ W + b, t)
        logits = X_test @ W + b
        test_loss = sj.cross_entropy(logits, t_test)
        hits = float((logits.argmax(axis=1) == t_test).mean())
        kept.append((W, b, loss, test_loss, hits))
        W_move, b_move = steps.moves([X.T @ G, G.sum(axis=0)])
        W, b = W + W_move, b + b_move
    return Run(*(np.array(part) for part in zip(*kept, strict=True)))


def learnt(optimiser: str, update: int) -> dict[str, Any]:
    """How well: mean losses in nats, and the share of the digits kept back."""
    found = run(optimiser)
    return {
        "loss": found.losses[update],
        "test_loss": found.test_losses[update],
        "accuracy": found.accuracies[update],
    }


@lru_cache(64)
def shown(optimiser: str, update: int, example: int) -> dict[str, Any]:
    """One frame: the weights as images, confusions, every example, one of them whole.

    `cloud` is the probability of the right digit, example by example.
    """
    from softjet.learn.scores import confusions

    found, (_, _, X, t) = run(optimiser), digits()
    W, b = found.W[update], found.b[update]
    logits = X @ W + b
    y = np.asarray(sj.softmax(logits))
    return {
        "images": packed(W.T, WEIGHT),
        "confusions": confusions(logits, t),
        "curve": _curve(optimiser),
        "labels": "".join(map(str, t)),
        "cloud": packed(y[np.arange(len(t)), t], 1.0),
        "example": _one(X[example], logits[example], y[example], int(t[example])),
    }


def _one(pixels: Array, logits: Array, y: Array, label: int) -> dict[str, Any]:
    return {
        "image": pixels,
        "label": label,
        "said": int(logits.argmax()),
        "x": logits,
        "y": y,
        "loss": sj.cross_entropy(logits, label),
    }


@cache
def _curve(optimiser: str) -> dict[str, list[float]]:
    found = run(optimiser)
    parts = {"loss": found.losses, "test_loss": found.test_losses}
    rounded = {name: np.round(of[::3], 4).tolist() for name, of in parts.items()}
    return {"update": list(range(0, UPDATES + 1, 3)), **rounded}
