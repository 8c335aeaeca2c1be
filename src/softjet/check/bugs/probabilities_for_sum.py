"""log_softmax pulled back with y * dy in the place of y * sum(dy)."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def sum_forgotten(p: Parts) -> Array:
    return p.g - p.y * p.g


def one_minus(p: Parts) -> Array:
    return p.g - p.y


BUG = Bug(
    code="SJ047",
    name="sum of the cotangent forgotten",
    line="dx = dy - softmax(x) * dy",
    looks_right_when="dy has one entry in a row, and only that entry is looked at",
    symptom="The other classes get no gradient.",
    why="Every log-probability contains the logsumexp, so each logit collects all of "
    "dy: x_bar = dy - y * sum(dy). Without the sum it is a diagonal.",
    tell="A row of dx does not sum to 0.",
    mended="dx = dy - y * dy.sum(axis=-1, keepdims=True).",
    sources=("github.com/clab/dynet/issues/218 (the right one)",),
    forms=(
        Form(sum_forgotten, "log_softmax", "vjp jvp"),
        Form(one_minus, "log_softmax", "vjp jvp"),
    ),
)
