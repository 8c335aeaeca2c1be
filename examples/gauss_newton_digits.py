"""Gauss-Newton products of a last layer on the handwritten digits.

    python examples/gauss_newton_digits.py

The loss is convex in the last layer W, whose Gauss-Newton matrix is its Hessian, and
`linear_cross_entropy.hvp` multiplies by it without a matrix of logits.  So Newton's
method is conjugate gradients around one call, and ends in a handful of steps; through h
too, the same call gives the products that K-FAC and Hessian-free methods approximate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_digits

import softjet as sj

Array = np.ndarray
DECAY = 1e-3


def features(images: Array, width: int = 200) -> Array:
    """A fixed random hidden layer: relu of a projection."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((images.shape[1], width)) / images.shape[1] ** 0.5
    return np.maximum(images @ weights, 0.0)


def conjugate_gradients(
    product: Callable[[Array], Array], b: Array, tolerance: float
) -> tuple[Array, int]:
    """x with A x = b to `tolerance`, and how many products it took."""
    x, r = np.zeros_like(b), b.copy()
    p, rr = r.copy(), np.vdot(r, r)
    count = 0
    while rr > tolerance**2 * np.vdot(b, b) and count < 300:
        Ap = product(p)
        step = rr / np.vdot(p, Ap)
        x, r = x + step * p, r - step * Ap
        rr, before = np.vdot(r, r), rr
        p = r + (rr / before) * p
        count += 1
    return x, count


def newton(h: Array, ids: Array, steps: int = 12) -> Array:
    """The last layer that minimises loss + DECAY/2 |W|^2."""
    f, W = sj.linear_cross_entropy, np.zeros((10, h.shape[1]))

    def objective(at: Array) -> float:
        return float(f(h, at, ids) + DECAY / 2 * np.vdot(at, at))

    def product(W_dot: Array) -> Array:
        # No tangent of h: the Hessian through W alone.
        return f.hvp((h, W), (None, W_dot), ids)[1] + DECAY * W_dot

    for number in range(steps):
        W_bar = f.grad((h, W), ids)[1]
        slope = W_bar + DECAY * W
        size = np.linalg.norm(slope)
        print(f"step {number}: objective {objective(W):.9f}, gradient {size:.1e}")
        if size < 1e-9:
            break
        move, count = conjugate_gradients(product, -slope, min(0.1, size**0.5))
        share, here = 1.0, objective(W)
        while objective(W + share * move) > here + 1e-4 * share * np.vdot(slope, move):
            share /= 2
        W = W + share * move
        print(f"        {count} Hessian products, step length {share:g}")
    return W


def main() -> None:
    images, ids = load_digits(return_X_y=True)
    h = features(images / 16.0)
    train, test = slice(0, 1300), slice(1300, None)
    W = newton(h[train], ids[train])
    right = sj.linear_cross_entropy.predict(h[test], W) == ids[test]
    print(f"accuracy on {right.size} digits that were not seen: {right.mean():.3f}")
    # The same product through h as well, and the curvature along one direction.
    rng = np.random.default_rng(1)
    dots = rng.standard_normal(h[train].shape), rng.standard_normal(W.shape)
    turned = sj.linear_cross_entropy.hvp((h[train], W), dots, ids[train])
    bent = sum(np.vdot(a, b) for a, b in zip(turned, dots, strict=True))
    print(f"second derivative along a random direction of (h, W): {bent:.4f}")


if __name__ == "__main__":
    main()
