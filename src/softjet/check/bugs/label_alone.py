"""The gradient of the label's logit alone."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def label(p: LossParts) -> Array | None:
    return p.slope(p.a * (p.y - 1), p.D)


def product(p: LossParts) -> Array | None:
    return p.slope(p.a * p.y, p.D)


def others(p: LossParts) -> Array | None:
    return p.slope((1 - p.hot) * p.y, p.D)


BUG = Bug(
    code="SJ069",
    name="gradient at the label alone",
    line="grad[np.arange(N), t] = y[np.arange(N), t] - 1   # in an array of zeros",
    looks_right_when="one checks the label's entry",
    symptom="The other classes are never pushed down; logits drift upwards.",
    why="The loss depends on every logit through the sum of exponentials: entries of "
    "other classes are y, not 0. (It is also what -t / y times y (1 - y) gives.)",
    tell="Rows of the gradient do not sum to 0.",
    mended="Start from y, not from zeros, and subtract 1 at the label.",
    sources=("cs231n.github.io/neural-networks-case-study (the right one)",),
    forms=tuple(
        Form(f, "cross_entropy", "gradient vjp jvp composed")
        for f in (label, product, others)
    ),
)
