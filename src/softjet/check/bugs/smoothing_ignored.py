"""Label smoothing in one of value and gradient only."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def unsmoothed(p: LossParts) -> Array | None:
    return p.loss(p.weight * p.hot) if p.epsilon else None


def twice(p: LossParts) -> Array | None:
    return p.loss(p.weight * p.smoothed(p.smoothed(p.hot))) if p.epsilon else None


BUG = Bug(
    code="SJ057",
    name="label smoothing not in it",
    line="dlogits = (y - one_hot) / N   # while the loss is smoothed",
    looks_right_when="eps is 0",
    symptom="The gradient is not that of the printed loss.",
    why="The gradient is y minus the target, and the target is the smoothed one.",
    tell="Finite differences of the loss differ from the gradient by eps (1/K - t).",
    mended="Smooth the targets once, at the top, and use them in both.",
    sources=("github.com/pytorch/pytorch/issues/73205",),
    forms=tuple(
        Form(f, "cross_entropy", "value gradient vjp jvp") for f in (unsmoothed, twice)
    ),
)
