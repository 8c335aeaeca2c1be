"""One of the two cases, i = k or i != k, is left out or filled in wrong."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def second_alone(p: Parts) -> Array:
    return -p.y * summed(p.y * p.g)


def zero_diagonal(p: Parts) -> Array:
    return -p.y * (summed(p.y * p.g) - p.y * p.g)


def diagonal_y(p: Parts) -> Array:
    """Diagonal y, the others -y_i y_k."""
    return p.y * p.g + zero_diagonal(p)


def no_delta(p: Parts) -> Array:
    """y_i (1 - y_k) everywhere."""
    return p.matrix(p.y[:, :, None] * (1 - p.y[:, None, :]))


def no_delta_transposed(p: Parts) -> Array:
    return p.matrix((1 - p.y[:, :, None]) * p.y[:, None, :])


def same_index(p: Parts) -> Array:
    """Diagonal right, the others -y_i y_i."""
    return p.matrix(p.y[:, :, None] * (np.eye(p.K) - p.y[:, :, None]))


def log_diagonal(p: Parts) -> Array:
    return p.matrix((1 - p.y)[:, :, None] * np.eye(p.K))


BUG = Bug(
    code="SJ046",
    name="half of the Jacobian",
    line="J = -np.outer(y, y)   # and the diagonal is never filled",
    looks_right_when="never",
    symptom="Gradients of the wrong sign at the class that matters.",
    why="J_ik is y_i (1 - y_i) for i = k and -y_i y_k else. With one case missing, or "
    "one used for both, or -y_i y_i for the second, the rows of J no longer sum to 0.",
    tell="Rows of the Jacobian do not sum to 0.",
    mended="np.diag(y) - np.outer(y, y): the first term is the Kronecker delta.",
    sources=("eli.thegreenplace.net/2016/the-softmax-function-and-its-derivative",),
    forms=(
        *(
            Form(f, "softmax", "vjp jvp jacobian")
            for f in (second_alone, zero_diagonal, diagonal_y)
        ),
        Form(no_delta, "softmax", "vjp jvp"),
        Form(no_delta, "softmax", "jacobian"),
        Form(no_delta_transposed, "softmax", "vjp jvp"),
        Form(no_delta_transposed, "softmax", "jacobian"),
        Form(same_index, "softmax", "vjp jvp"),
        Form(same_index, "softmax", "jacobian"),
        Form(log_diagonal, "log_softmax", "jacobian"),
    ),
)
