"""The upstream gradient is not used."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, sigmoid


def diagonal(p: Parts) -> Array:
    return p.y * (1 - p.y)


def matrix(p: Parts) -> Array:
    return p.y[:, :, None] * (np.eye(p.K) - p.y[:, None, :])


def first_matrix(p: Parts) -> Array:
    return np.diag(p.y[0]) - np.outer(p.y[0], p.y[0])


def slope(p: Parts) -> Array:
    return p.s * (1 - p.s)


def lse(p: Parts) -> Array:
    return p.y


def log_slope(p: Parts) -> Array:
    return sigmoid(-p.z)


def soft_slope(p: Parts) -> Array:
    return p.s


def step(p: Parts) -> Array:
    return (p.x > 0).astype(float)


def loss(p: LossParts) -> Array:
    return p.residual / p.D / p.T


def entry_loss(p: LossParts) -> Array:
    residual = p.s - p.t
    return residual / (residual.size if p.mean else 1.0)


BUG = Bug(
    code="SJ049",
    name="upstream gradient not used",
    line="def backward(dy): return y * (1 - y)",
    looks_right_when="the upstream gradient is 1, as of a loss that stands last",
    symptom="Layers below get gradients that do not know the loss.",
    why="A backward is local gradient times upstream gradient. The local gradient "
    "alone "
    "is the derivative of the sum of the outputs.",
    tell="dx does not change with dy.",
    mended="Multiply by dy: entry by entry for a sigmoid, through the Jacobian for a "
    "softmax, as a number for a loss.",
    sources=(
        "cs231n.github.io/optimization-2 (local gradient times upstream gradient)",
    ),
    forms=(
        Form(diagonal, "softmax", "vjp jvp"),
        Form(matrix, "softmax", "vjp jvp"),
        Form(first_matrix, "softmax", "vjp jvp"),
        Form(slope, "sigmoid", "vjp jvp"),
        Form(lse, "logsumexp", "vjp"),
        Form(log_slope, "log_sigmoid", "vjp jvp"),
        Form(soft_slope, "softplus", "vjp jvp"),
        Form(step, "relu", "vjp jvp"),
        Form(loss, "cross_entropy", "vjp"),
        Form(entry_loss, "binary_cross_entropy", "vjp"),
    ),
)
