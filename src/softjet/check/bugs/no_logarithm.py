"""A negative log-likelihood of what is no logarithm."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def of_probabilities(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * p.y).sum(-1), p.D)
    return p.slope(p.again(-p.a), p.D)


def of_logits(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * p.z).sum(-1), p.D)
    return p.slope(-p.a, p.D)


BUG = Bug(
    code="SJ071",
    name="no logarithm in the loss",
    line="loss = -softmax(x)[np.arange(N), t].mean()   # as of NLLLoss",
    looks_right_when="accuracy alone is watched: it often still trains",
    symptom="A negative loss, between -1 and 0 of probabilities, unbounded of logits.",
    why="A negative log-likelihood takes log-probabilities and only picks and negates. "
    "Handed probabilities or logits it picks those.",
    tell="The loss is negative.",
    mended="Hand it log_softmax(x).",
    sources=("docs.pytorch.org, NLLLoss: expects log-probabilities",),
    forms=(
        Form(of_probabilities, "cross_entropy", "value gradient"),
        Form(of_logits, "cross_entropy", "value gradient"),
    ),
)
