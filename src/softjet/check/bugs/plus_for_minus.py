"""The off-diagonal term added, not subtracted."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def added(p: Parts) -> Array:
    return p.y * (p.g + summed(p.y * p.g))


def off_diagonal(p: Parts) -> Array:
    """Diagonal y (1 - y), the others + y_i y_k."""
    return p.y * (p.g + summed(p.y * p.g) - 2 * p.y * p.g)


def log_added(p: Parts) -> Array:
    if p.piece == "jvp":
        return p.g + summed(p.y * p.g)
    return p.g + p.y * summed(p.g)


BUG = Bug(
    code="SJ044",
    name="plus for minus in the off-diagonal",
    line="J = np.diag(y) + np.outer(y, y)",
    looks_right_when="never",
    symptom="All classes are pushed the same way; training drifts.",
    why="dy_i / dx_k = -y_i y_k: when one logit rises, the other probabilities fall.",
    tell="A row of dx does not sum to 0: it sums to 2 <y, dy>.",
    mended="Subtract: np.diag(y) - np.outer(y, y), or dy - sum(y * dy).",
    sources=("no public thread known to us",),
    forms=(
        Form(added, "softmax", "vjp jvp jacobian"),
        Form(off_diagonal, "softmax", "vjp jvp jacobian"),
        Form(log_added, "log_softmax", "vjp jvp jacobian"),
    ),
)
