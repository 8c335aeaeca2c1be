"""The squared error, or its gradient, for a cross-entropy."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def of(factor: float, over: str, pulled: bool = True) -> Form:
    def loss(p: LossParts) -> Array | None:
        D = {"rows": p.N, "entries": p.N * p.K, "none": 1}[over] if p.mean else 1
        residual = p.y - p.smoothed(p.hot)
        if p.piece == "value":
            return p.reduced(factor * (residual**2).sum(-1), D)
        if p.to_probs:
            return 2 * factor * residual / D
        slope = p.again(2 * factor * residual) if pulled else 2 * factor * residual
        return p.slope(slope, D)

    return Form(loss, "cross_entropy", "value gradient")


def absolute(p: LossParts) -> Array | None:
    if p.piece != "value":
        return None
    return p.reduced(abs(p.y - p.smoothed(p.hot)).sum(-1), p.N)


def binary(p: LossParts) -> Array | None:
    residual = p.s - p.t
    if p.piece == "value":
        return p.entries(residual**2)
    return p.entry_slope(2 * residual * p.s * (1 - p.s))


BUG = Bug(
    code="SJ067",
    name="squared error for the cross-entropy",
    line="loss = ((y - t) ** 2).sum(axis=-1).mean()",
    looks_right_when="predictions are nearly right: both are near 0",
    symptom="A loss that cannot exceed 2, and no gradient where an example is "
    "confidently wrong.",
    why="The squared error of probabilities (the Brier score) is another loss; through "
    "the softmax its gradient has a factor y, which vanishes.",
    tell="The loss stops at 2 however large the gap.",
    mended="-log of the label's probability; gradient y - t.",
    sources=("en.wikipedia.org/wiki/Brier_score",),
    forms=(
        *(of(f, D) for f in (1.0, 0.5) for D in ("rows", "entries", "none")),
        of(1.0, "rows", pulled=False),
        of(1.0, "entries", pulled=False),
        Form(absolute, "cross_entropy", "value"),
        Form(binary, "binary_cross_entropy", "value gradient"),
    ),
)
