"""One Jacobian made of the flattened batch, as if it were one long row."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def whole(p: Parts) -> Array:
    s = p.y.reshape(-1, 1)
    return np.diagflat(s) - s @ s.T


def times_seed(p: Parts) -> Array:
    return p.g @ whole(p)


def flat_seed(p: Parts) -> Array:
    return whole(p) @ p.g.ravel()


def last(p: Parts) -> Array:
    """The matrix of the last row for every row: a loop overwrote it."""
    y = p.y[-1]
    return p.matrix(np.broadcast_to(np.diag(y) - np.outer(y, y), (p.N, p.K, p.K)))


def outer_of_all(p: Parts) -> Array:
    """diag(y_n) - sum_m y_m y_m^T."""
    return p.matrix(p.y[:, :, None] * np.eye(p.K) - p.y.T @ p.y)


BUG = Bug(
    code="SJ003",
    name="one Jacobian for the whole batch",
    line="s = y.reshape(-1, 1); J = np.diagflat(s) - s @ s.T",
    looks_right_when="the batch has one row",
    symptom="A matrix of (N K, N K), or shapes that do not fit together.",
    why="reshape(-1, 1) makes one column of all rows, so the matrix also holds "
    "derivatives of one example's probabilities by another's logits. Those are 0. "
    "An outer product summed over rows mixes them too, as does a loop that keeps one.",
    tell="The shape; and row r of dx changes when another row does.",
    mended="One matrix a row: np.einsum('ni,ij->nij', y, eye) - y[:, :, None] * "
    "y[:, None, :]; or none at all: dx = y * (dy - sum(y * dy)).",
    sources=("stackoverflow.com/questions/59286911",),
    forms=(
        *(Form(f, "softmax", "vjp jvp") for f in (last, outer_of_all)),
        Form(whole, "softmax", "jacobian"),
        Form(times_seed, "softmax", "vjp jvp"),
        Form(flat_seed, "softmax", "vjp jvp"),
    ),
)
