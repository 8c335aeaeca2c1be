"""A network from scratch, every step in sight.

    python examples/network_from_scratch.py

First a network by hand, out of rules: a value forwards, a pullback backwards, a step
against the gradient.  Then the same network by `softjet.learn.Network`, to the same
numbers.  Then a layer with a mistake in it, which `check_gradients` finds and names.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from sklearn.datasets import load_iris

from softjet.learn import Network, layers

RATE, EPOCHS = 0.1, 200


def by_hand(
    X: np.ndarray, targets: np.ndarray, start: list[np.ndarray]
) -> list[np.ndarray]:
    """affine, relu, affine, cross-entropy: forwards, backwards, a step; over again."""
    W1, b1, W2, b2 = (w.copy() for w in start)
    affine, relu, loss = layers.affine, layers.relu, layers.cross_entropy
    for _ in range(EPOCHS):
        # Forwards: each layer gives its value, and what its derivatives will read.
        h, kept_1 = affine.value(np, X, W1, b1)
        a, kept_2 = relu.value(np, h)
        z, kept_3 = affine.value(np, a, W2, b2)
        _, kept_4 = loss.value(np, z, targets)
        # Backwards: each layer pulls back what the one after it hands it.
        z_bar = loss.pullback(np, kept_4, np.full(len(X), 1 / len(X)))
        a_bar, W2_bar, b2_bar = affine.pullback(np, kept_3, z_bar)
        h_bar = relu.pullback(np, kept_2, a_bar)
        _, W1_bar, b1_bar = affine.pullback(np, kept_1, h_bar)
        # A step against the gradient.
        W1, b1 = W1 - RATE * W1_bar, b1 - RATE * b1_bar
        W2, b2 = W2 - RATE * W2_bar, b2 - RATE * b2_bar
    return [W1, b1, W2, b2]


def main() -> None:
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    settings = {"optimiser": "sgd", "learning_rate": RATE, "batch_size": None}
    network = Network((16,), **settings, epochs=EPOCHS, record=EPOCHS).fit(X, y)
    start = [weights[0] for weights in network.records_.weights]
    own = by_hand(X, np.eye(3)[y], start)
    pairs = zip(own, (w for pair in network.weights_ for w in pair), strict=True)
    apart = max(float(abs(a - b).max()) for a, b in pairs)
    print(f"by hand and by Network, weights differ by at most {apart:.0e}")
    print(f"accuracy {network.score(X, y):.3f}, loss {network.losses_[-1]:.3f}")

    print("\nits gradients:")
    print(network.check_gradients())

    # A mistake that is often made: 1 - x^2, of the input, instead of 1 - y^2.
    def pullback(xp, kept, y_bar):
        return (1 - xp.atanh(kept[0]) ** 2) * y_bar

    wrong = dataclasses.replace(layers.tanh, name="my tanh", pullback=pullback)
    (said,) = Network((16,), wrong, epochs=1).fit(X, y).check_gradients().wrong
    print(f"\na layer with a mistake: {said}")


if __name__ == "__main__":
    main()
