"""A minus sign too many, or one forgotten."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts

MAPS = "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu attention"
LOSSES = "cross_entropy binary_cross_entropy"


def turned(p: Parts) -> Array:
    return -p.trial.want


BUG = Bug(
    code="SJ010",
    name="sign flipped",
    line="dlogits = (t - y) / N",
    looks_right_when="never",
    symptom="The loss rises while it trains, or is negative.",
    why="The gradient of a cross-entropy is y - t, and the loss is minus the log of "
    "the "
    "probability. With the other sign each step goes uphill.",
    tell="<dy, dx> of a softmax is a variance, hence >= 0: here it is negative. A "
    "loss is "
    ">= 0.",
    mended="Turn the sign: y - t for a gradient, -log(y) for a loss.",
    sources=("cs231n.github.io/neural-networks-case-study (the right one)",),
    forms=(
        Form(turned, MAPS, "vjp jvp jacobian second", of_want=True),
        Form(turned, LOSSES, "value gradient vjp jvp second composed", of_want=True),
    ),
)
