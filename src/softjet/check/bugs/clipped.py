"""Probabilities or logits clipped before they are used."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, pulled, sigmoid, softmax, summed

LOW = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 2.0**-52)
ENDS = (10.0, 15.0, 20.0, 30.0, 50.0, 88.0, 100.0, 500.0, 700.0, 709.0)


def floored(low: float, high: float) -> tuple[Form, ...]:
    def probabilities(p: Parts) -> Array:
        return np.clip(p.y, low, high)

    def log_value(p: Parts) -> Array:
        return np.log(probabilities(p))

    def loss(p: LossParts) -> Array | None:
        y = probabilities(p)
        if p.piece == "value":
            return p.reduced(-(p.a * np.log(y)).sum(-1), p.D)
        if p.to_probs:
            return -p.a / y / p.D
        # autograd gives 0 outside the clip
        inside = (p.y >= low) & (p.y <= high)
        return p.slope(pulled(p.y, -p.a / y * inside), p.D)

    def renormalised(p: LossParts) -> Array:
        y = probabilities(p)
        return p.reduced(-(p.a * np.log(y / summed(y))).sum(-1), p.D)

    def direct(p: LossParts) -> Array | None:
        return p.slope(probabilities(p) * summed(p.a) - p.a, p.D)

    return (
        Form(probabilities, "softmax", "value", ranged=True),
        Form(log_value, "log_softmax", "value", ranged=True),
        Form(loss, "cross_entropy", "value gradient", ranged=True),
        Form(renormalised, "cross_entropy", "value", ranged=True),
        Form(direct, "cross_entropy", "gradient", ranged=True),
    )


def ended(end: float) -> tuple[Form, ...]:
    def value(p: Parts) -> Array:
        return softmax(np.clip(p.z, -end, end))

    def entries(p: Parts) -> Array:
        return sigmoid(np.clip(p.z, -end, end))

    return (
        Form(value, "softmax", "value", ranged=True),
        Form(entries, "sigmoid", "value", ranged=True),
    )


BUG = Bug(
    code="SJ036",
    name="clipped probabilities or logits",
    line="y = np.clip(softmax(x), 1e-7, 1 - 1e-7)",
    looks_right_when="no probability is near 0 or 1",
    symptom="The loss of a wrong, confident example stops at -log(1e-7) = 16.1, and "
    "its "
    "gradient is 0 there.",
    why="A clip hides the infinities of log(0) by giving another function, flat where "
    "the example would need the largest gradient. Clipped logits are no longer free "
    "of a common constant.",
    tell="The loss stops growing with the gap; adding a constant to a row changes it.",
    mended="Compute the loss from the logits by log_softmax; then nothing needs a "
    "clip.",
    sources=(
        "github.com/explosion/thinc, backends/ops.py (logits clipped to 20)",
        "github.com/keras-team/keras, backend epsilon 1e-7",
    ),
    forms=(
        *(f for e in LOW for high in (1 - e, 1.0) for f in floored(e, high)),
        *(f for end in ENDS for f in ended(end)),
    ),
)
