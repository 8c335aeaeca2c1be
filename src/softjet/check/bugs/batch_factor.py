"""The gradient is off by the number of rows, or of classes."""

from __future__ import annotations

from ._bug import Bug
from ._factors import FACTORS, Factor
from ._form import Form
from ._parts import Array, Parts

NAMES = ("1/N", "N", "1/K", "K", "1/(N K)", "N K")
MAPS = "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu attention"
LOSSES = "cross_entropy binary_cross_entropy"


def times(factor: Factor) -> Form:
    def scaled(p: Parts) -> Array:
        return p.trial.want * factor.of(p.trial)

    pieces = "vjp jvp jacobian gradient composed second"
    return Form(scaled, f"{MAPS} {LOSSES}", pieces, beside=True, of_want=True)


BUG = Bug(
    code="SJ017",
    name="constant factor of the batch or the classes",
    line="dlogits = y - t   # the loss is a mean over N",
    looks_right_when="the batch has one row (for K: never)",
    symptom="The learning rate that works depends on the batch size.",
    why="The gradient of a mean over N rows is divided by N, once: not never, not in "
    "the loss and again in the layer, and not by N times K. A plain backward, of a "
    "softmax say, divides by nothing.",
    tell="got / right is one constant, 1/N or N or 1/K; tiling the batch changes it.",
    mended="Divide where the mean is taken, in the loss's gradient, and nowhere else.",
    sources=("github.com/ddbourgin/numpy-ml, losses.py (# [optional] grad /= n)",),
    forms=tuple(times(factor) for factor in FACTORS if factor.name in NAMES),
)
