"""The backward reads the logits where its formula means the probabilities."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, pulled


def whole(p: Parts) -> Array | None:
    return None if p.takes == "y" else pulled(p.x, p.g)


def diagonal(p: Parts) -> Array | None:
    return None if p.takes == "y" else p.x * (1 - p.x) * p.g


def mixed(p: Parts) -> Array | None:
    return None if p.takes == "y" else p.y * (1 - p.x) * p.g


def one_of_two(p: Parts) -> Array | None:
    """y_i (delta_ij - x_j)."""
    if p.takes == "y":
        return None
    return p.matrix(p.y[:, :, None] * (np.eye(p.K) - p.x[:, None, :]))


def log_pull(p: Parts) -> Array | None:
    return None if p.takes == "y" else p.g - p.x * p.g.sum(-1, keepdims=True)


def residual(p: LossParts) -> Array | None:
    return p.slope(p.x * p.a.sum(-1, keepdims=True) - p.a, p.D)


def entry_residual(p: LossParts) -> Array | None:
    return p.entry_slope(p.x - p.t)


BUG = Bug(
    code="SJ016",
    name="logits where probabilities belong",
    line="dx = x * (1 - x) * dy",
    looks_right_when="never",
    symptom="Gradients explode as the logits grow.",
    why="y (1 - y) and y (dy - <y, dy>) are written in the output y. The argument here "
    "is the input, so the formula was fed the wrong array.",
    tell="dx depends on x when a constant is added to a row; it grows like x^2.",
    mended="Compute y = softmax(x) first (or keep it from the forward) and use y.",
    sources=('stackoverflow.com, "calculate the derivative of the softmax function"',),
    forms=(
        Form(whole, "softmax", "vjp jvp jacobian"),
        Form(diagonal, "softmax sigmoid", "vjp jvp jacobian"),
        Form(mixed, "softmax", "vjp jvp jacobian"),
        Form(one_of_two, "softmax", "vjp jvp"),
        Form(one_of_two, "softmax", "jacobian"),
        Form(log_pull, "log_softmax", "vjp jacobian"),
        Form(residual, "cross_entropy", "gradient vjp jvp"),
        Form(entry_residual, "binary_cross_entropy", "gradient vjp jvp"),
    ),
)
