"""The target is not in the gradient, or is in it wrong."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def probabilities(p: LossParts) -> Array | None:
    return p.slope(p.y * p.a.sum(-1, keepdims=True), p.D)


def added(p: LossParts) -> Array | None:
    return p.slope(p.y * p.a.sum(-1, keepdims=True) + p.a, p.D)


def logs(p: LossParts) -> Array | None:
    return p.slope(p.log_y * p.a.sum(-1, keepdims=True) - p.a, p.D)


def binary(p: LossParts) -> Array | None:
    return p.entry_slope(p.s)


BUG = Bug(
    code="SJ070",
    name="target not subtracted",
    line="dlogits = y / N",
    looks_right_when="never",
    symptom="All logits sink; the labels have no effect.",
    why="The gradient is y - t: predicted minus wanted. The 1 at the label is what "
    "pulls it up; and it is taken off y, not off log_softmax(x).",
    tell="Rows of the gradient sum to 1, not to 0.",
    mended="Subtract the one-hot target from the probabilities.",
    sources=("cs231n.github.io/neural-networks-case-study (the right one)",),
    forms=(
        Form(probabilities, "cross_entropy", "gradient vjp jvp"),
        Form(added, "cross_entropy", "gradient vjp jvp"),
        Form(logs, "cross_entropy", "gradient vjp jvp"),
        Form(binary, "binary_cross_entropy", "gradient vjp jvp"),
    ),
)
