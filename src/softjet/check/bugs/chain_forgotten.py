"""The gradient to the probabilities, handed on as that to the logits."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def to_probabilities(p: LossParts) -> Array | None:
    return p.slope(-p.a / p.y, p.D)


def of_label(p: LossParts) -> Array | None:
    return p.slope(-1 / p.y * (p.a > 0), p.D)


def all_classes(p: LossParts) -> Array | None:
    return p.slope(-1 / p.y, p.D)


def binary(p: LossParts) -> Array | None:
    return p.entry_slope((p.s - p.t) / (p.s * (1 - p.s)))


BUG = Bug(
    code="SJ068",
    name="softmax left out of the chain",
    line="dlogits = -t / y / N",
    looks_right_when="never",
    symptom="Huge gradients where the label's probability is small, none for the other "
    "classes.",
    why="-t / y is the derivative of the loss by the probabilities. The logits lie one "
    "softmax below.",
    tell="Rows of the gradient do not sum to 0; only the label's entry is not 0.",
    mended="Pull it through the softmax; the product is y - t.",
    sources=("eli.thegreenplace.net/2016/the-softmax-function-and-its-derivative",),
    forms=(
        Form(to_probabilities, "cross_entropy", "gradient vjp"),
        Form(of_label, "cross_entropy", "gradient"),
        Form(all_classes, "cross_entropy", "gradient"),
        Form(binary, "binary_cross_entropy", "gradient vjp"),
    ),
)
