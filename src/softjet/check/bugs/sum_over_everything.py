"""The inner product is summed over the whole batch."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def one_sum(p: Parts) -> Array:
    return p.y * (p.g - (p.y * p.g).sum())


def log_sum(p: Parts) -> Array:
    return p.g - p.y * p.g.sum()


BUG = Bug(
    code="SJ004",
    name="one sum for the whole batch",
    line="dx = y * (dy - np.sum(y * dy))",
    looks_right_when="the batch has one row",
    symptom="The gradient of one example depends on the others in its batch.",
    why="np.sum without axis adds up all rows. Every row has its own mean of dy under "
    "its own y. The Jacobian of the flattened batch gives the same numbers.",
    tell="Row r of dx changes when another row does.",
    mended="Sum over the classes alone: np.sum(y * dy, axis=-1, keepdims=True).",
    sources=("github.com/nnstreamer/nntrainer/pull/430 (the same in the value)",),
    forms=(
        Form(one_sum, "softmax", "vjp jvp"),
        Form(log_sum, "log_softmax", "vjp"),
    ),
)
