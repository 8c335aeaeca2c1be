"""log(softmax(x)): the probability has underflowed before its logarithm is taken."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, pulled, softmax

EPSILONS = (0.0, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30)
MACHINE = (2.0**-52, 2.0**-23, 1e-100, 1e-300, 2.0**-1022)


def with_epsilon(epsilon: float) -> tuple[Form, ...]:
    def native(p: Parts) -> Array:
        return softmax(p.native) + p.native.dtype.type(epsilon)

    def value(p: Parts) -> Array:
        return np.log(native(p))

    def sure(p: Parts) -> Array:
        return np.log(p.s.astype(p.native.dtype) + p.native.dtype.type(epsilon))

    def product(p: LossParts) -> Array:
        return p.reduced(-(p.a * value(p)).sum(-1), p.D)

    def loss(p: LossParts) -> Array | None:
        if p.piece == "value":
            rows = np.where(p.a == 0, 0.0, p.a * value(p))
            return p.reduced(-rows.sum(-1), p.D)
        return p.slope(pulled(p.y, -p.a / (p.y + epsilon)), p.D)

    def to_probs(p: LossParts) -> Array | None:
        return -p.a / (p.y + epsilon) / p.D if p.to_probs else None

    def log_pull(p: Parts) -> Array:
        return pulled(p.y, p.g / (p.y + epsilon))

    return (
        Form(value, "log_softmax", "value", ranged=True),
        Form(sure, "log_sigmoid", "value", ranged=True),
        Form(loss, "cross_entropy", "value gradient", ranged=True),
        Form(product, "cross_entropy", "value", ranged=True),
        Form(to_probs, "cross_entropy", "gradient", ranged=True),
        Form(log_pull, "log_softmax", "vjp", ranged=True),
    )


BUG = Bug(
    code="SJ020",
    name="log of the softmax",
    line="loss = -np.log(softmax(x) + 1e-9)",
    looks_right_when="logits are moderate: no probability is near 0",
    symptom="inf where 800 is right; with an epsilon a plateau (1e-9: 20.72) on which "
    "the gradient is 0.",
    why="exp(-800) is 0 in floating point, and its logarithm is gone. An epsilon hides "
    "the inf and cuts the loss off at -log(epsilon).",
    tell="The loss of a confidently wrong example is inf or stops growing.",
    mended="Take the logarithm on paper: x - max - log(sum(exp(x - max))).",
    sources=(
        "github.com/tensorflow/models/pull/181",
        "github.com/tiny-dnn/tiny-dnn/issues/410",
        "github.com/deeplearning4j/deeplearning4j/issues/785",
    ),
    forms=tuple(form for e in (*EPSILONS, *MACHINE) for form in with_epsilon(e)),
)
