"""Affine: every output is a weighted sum of the inputs, and a bias.

    Y     = X W + b                                              value
    Y_dot = X_dot W + X W_dot + b_dot                            pushforward
    X_bar = Y_bar W^T,   W_bar = X^T Y_bar,   b_bar = 1^T Y_bar  pullback
    V     = (Y_bar W_dot^T,   X_dot^T Y_bar,   0)                curvature

X is (rows, inputs), W (inputs, outputs), b (outputs,).  Rows share W and b, so what is
pulled back to those is a sum over rows.  Y is linear in X and in (W, b): second order
knows the products of the two alone.
"""

from __future__ import annotations

from typing import Any

from softjet.rules import MODES, Bound, Edges, Rule

Array = Any
Kept = tuple[Array, Array, Array]


def value(xp: Any, x: Array, W: Array, b: Array) -> tuple[Array, Kept]:
    return x @ W + b, (x, W, b)


def pushforward(xp: Any, kept: Kept, x_dot: Array, W_dot: Array, b_dot: Array) -> Array:
    x, W, _ = kept
    return x_dot @ W + x @ W_dot + b_dot


def pullback(xp: Any, kept: Kept, y_bar: Array) -> tuple[Array, Array, Array]:
    x, W, _ = kept
    return y_bar @ W.mT, x.mT @ y_bar, xp.sum(y_bar, axis=0)


def curvature(
    xp: Any, kept: Kept, x_dot: Array, W_dot: Array, b_dot: Array, y_bar: Array
) -> tuple[Array, Array, Array]:
    return y_bar @ W_dot.mT, x_dot.mT @ y_bar, xp.zeros_like(b_dot)


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Any:
    """A sum of n products in any order is off by n u sum(abs) at most (Higham 2002)."""
    (x, W, b), seeds = (abs(a) for a in kept), tuple(abs(seed) for seed in seeds)
    rows, (inputs, outputs) = x.shape[0], W.shape
    if mode == "value":
        return (inputs + 1) * (x @ W + b)
    if mode == "pushforward":
        return (2 * inputs + 1) * pushforward(xp, (x, W, b), *seeds)
    if mode == "pullback":
        parts = pullback(xp, (x, W, b), *seeds)
    else:
        parts = curvature(xp, (x, W, b), *seeds)
    return tuple(n * p for n, p in zip((outputs, rows, rows), parts, strict=True))


rule = Rule(
    name="affine",
    maps="rows",
    primals=("x", "W", "b"),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={mode: Bound(units=1) for mode in MODES},
    edges=Edges(empty=0.0),
    laws=frozenset(),
    formula=__doc__ or "",
    summary="Weighted sums of the inputs and a bias: Y = X W + b.",
    source='Higham (2002), "Accuracy and stability of numerical algorithms", 3.1.',
)
