"""y - t times the sigmoid's slope."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def again(p: LossParts) -> Array | None:
    return p.entry_slope((p.s - p.t) * p.s * (1 - p.s))


def as_probs(p: LossParts) -> Array | None:
    residual = p.s - p.t
    return residual / (residual.size if p.mean else 1.0) if p.to_probs else None


BUG = Bug(
    code="SJ074",
    name="y - t times the sigmoid's slope",
    line="delta = (y - t) * y * (1 - y)   # with a cross-entropy",
    looks_right_when="never; it is right for the squared error",
    symptom="Saturated units that are wrong do not learn.",
    why="The slope y (1 - y) cancels against the loss's 1 / (y (1 - y)). Multiplying "
    "by "
    "it again gives the gradient of the squared error.",
    tell="The gradient goes to 0 where the loss is largest.",
    mended="delta = y - t.",
    sources=("neuralnetworksanddeeplearning.com/chap3.html (the cross-entropy)",),
    forms=(
        Form(again, "binary_cross_entropy", "gradient vjp jvp"),
        Form(as_probs, "binary_cross_entropy", "gradient"),
    ),
)
