"""The temperature divides the logits and not the gradient."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts

KINDS = "softmax log_softmax logsumexp cross_entropy"


def forgotten(p: Parts) -> Array:
    return p.T * p.trial.want


def forgotten_twice(p: Parts) -> Array:
    return p.T * p.T * p.trial.want


BUG = Bug(
    code="SJ026",
    name="temperature in the forward only",
    line="y = softmax(x / T); dx = y * (dy - np.sum(y * dy, -1, keepdims=True))",
    looks_right_when="T = 1",
    symptom="The learning rate that works depends on the temperature.",
    why="y is a function of x / T, so by the chain rule its derivative by x has the "
    "factor 1 / T.",
    tell="got / right is T.",
    mended="Divide the result of the backward by T.",
    sources=("github.com/explosion/thinc, backends (backprop_softmax has it)",),
    forms=(
        Form(
            forgotten, KINDS, "vjp jvp jacobian gradient composed second", of_want=True
        ),
        Form(forgotten_twice, KINDS, "second", of_want=True),
    ),
)
