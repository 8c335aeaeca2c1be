"""The sum of the cotangents, not weighted by y."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def unweighted(p: Parts) -> Array:
    return p.y * (p.g - summed(p.g))


def log_unweighted(p: Parts) -> Array:
    return p.g - summed(p.g)


BUG = Bug(
    code="SJ045",
    name="sum not weighted by y",
    line="dx = y * (dy - dy.sum(axis=-1, keepdims=True))",
    looks_right_when="never",
    symptom="Gradients too large, and the larger the more classes there are.",
    why="What is taken off is the mean of dy under y, sum(y * dy); its weights sum "
    "to 1. "
    "For log_softmax the sum of dy is multiplied by y.",
    tell="A constant dy does not give 0.",
    mended="softmax: sum(y * dy). log_softmax: dy - y * sum(dy).",
    sources=("no public thread known to us",),
    forms=(
        Form(unweighted, "softmax", "vjp jvp jacobian"),
        Form(log_unweighted, "log_softmax", "vjp jvp jacobian"),
    ),
)
