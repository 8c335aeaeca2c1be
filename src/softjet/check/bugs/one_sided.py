"""One of the two terms of a binary cross-entropy, or targets exchanged."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def positive(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.entries(p.t * np.logaddexp(0, -p.z))
    return p.entry_slope(-p.t * (1 - p.s))


def negative(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.entries((1 - p.t) * np.logaddexp(0, p.z))
    return p.entry_slope((1 - p.t) * p.s)


def exchanged(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.entries(np.logaddexp(0, p.z) - (1 - p.t) * p.z)
    return p.entry_slope(p.s - (1 - p.t))


def wrong_sign(p: LossParts) -> Array | None:
    """t log p - (1 - t) log(1 - p)."""
    if p.piece != "value":
        return None
    terms = p.t * np.logaddexp(0, -p.z) - (1 - p.t) * np.logaddexp(0, p.z)
    return p.entries(terms)


BUG = Bug(
    code="SJ075",
    name="one term of the binary cross-entropy",
    line="loss = -(t * np.log(p)).mean()",
    looks_right_when="all targets are 1",
    symptom="The model says yes to everything.",
    why="t log(p) rewards the positives; (1 - t) log(1 - p) is what punishes saying "
    "yes "
    "to the others. (With many classes and a softmax the sum of the probabilities "
    "does it.)",
    tell="The loss of a target 0 is 0 whatever is predicted.",
    mended="-(t * log(p) + (1 - t) * log(1 - p)), from the logits.",
    sources=("no public thread known to us",),
    forms=tuple(
        Form(f, "binary_cross_entropy", "value gradient")
        for f in (positive, negative, exchanged, wrong_sign)
    ),
)
