"""The binary cross-entropy of each class, on probabilities of a softmax."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def loss(p: LossParts, D: Array) -> Array | None:
    y, t = p.y, p.smoothed(p.hot)
    with_others = -(t * np.log(y) + (1 - t) * np.log1p(-y))
    if p.piece == "value":
        return p.reduced(with_others.sum(-1), D)
    to_probs = -t / y + (1 - t) / (1 - y)
    if p.to_probs:
        return to_probs / (D if p.mean else 1.0)
    return p.slope(p.again(to_probs), D if p.mean else 1.0)


def over_rows(p: LossParts) -> Array | None:
    return loss(p, p.N)


def over_entries(p: LossParts) -> Array | None:
    return loss(p, p.N * p.K)


def undivided(p: LossParts) -> Array | None:
    return loss(p, 1.0)


def to_logits(p: LossParts) -> Array | None:
    """The gradient to the probabilities, taken for that to the logits."""
    y, t = p.y, p.hot
    return p.slope(-t / y + (1 - t) / (1 - y), p.N if p.mean else 1.0)


BUG = Bug(
    code="SJ066",
    name="binary cross-entropy over softmax classes",
    line="loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(axis=-1)",
    looks_right_when="a diagonal-only backward cancels it (SJ013)",
    symptom="A larger loss than the frameworks'; the other classes count twice.",
    why="A softmax is one choice among K, and -log of the chosen probability says it "
    "all. (1 - t) log(1 - y) belongs to K separate yes-or-no questions.",
    tell="Its gradient to y is -t / y plus a second term on the other classes.",
    mended="-(t * np.log(y)).sum(axis=-1), with gradient -t / y to the probabilities.",
    sources=("github.com/eriklindernoren/ML-From-Scratch, loss_functions.py",),
    forms=(
        Form(over_rows, "cross_entropy", "value gradient"),
        Form(over_entries, "cross_entropy", "value gradient"),
        Form(undivided, "cross_entropy", "value gradient"),
        Form(to_logits, "cross_entropy", "gradient"),
    ),
)
