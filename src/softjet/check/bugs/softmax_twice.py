"""Probabilities handed to a function that takes logits."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, log_softmax, pulled, softmax, summed


def value(p: Parts) -> Array:
    return softmax(p.y)


def log_value(p: Parts) -> Array:
    return log_softmax(p.y)


def loss(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * log_softmax(p.y)).sum(-1), p.D)
    return p.slope(pulled(p.y, _residual(p)), p.D)


def unchained(p: LossParts) -> Array | None:
    return p.slope(_residual(p), p.D)


def _residual(p: LossParts) -> Array:
    return softmax(p.y) * summed(p.a) - p.a


BUG = Bug(
    code="SJ015",
    name="softmax applied twice",
    line="loss = cross_entropy(softmax(x), t)   # which takes logits",
    looks_right_when="one looks at the predicted class only, which is unchanged",
    symptom="The loss stops at a floor: 0.551 for 3 classes, 1.461 for 10, 5.909 for "
    "1000.",
    why="The loss takes logits and applies a softmax of its own. Probabilities lie "
    "within 1 of each other, so the second softmax is nearly flat.",
    tell="The loss never falls below log((e + K - 1) / e).",
    mended="Hand over the logits; apply the softmax once.",
    sources=(
        "docs.pytorch.org, CrossEntropyLoss: the input is unnormalized logits",
        "github.com/tflearn/tflearn/pull/562",
    ),
    forms=(
        Form(loss, "cross_entropy", "value gradient vjp jvp"),
        Form(value, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(unchained, "cross_entropy", "gradient vjp jvp"),
    ),
)
