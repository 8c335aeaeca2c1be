"""Class weights multiplied to the loss after it was averaged, or left out."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def _plain(p: LossParts) -> tuple[Array, Array]:
    a = p.smoothed(p.hot)
    return a, a.sum()


def scaled(by: str) -> Form:
    def loss(p: LossParts) -> Array | None:
        if p.told.get("weight") is None:
            return None
        a, count = _plain(p)
        factor = {
            "labels": lambda: (p.weight * p.hot).sum() / count,
            "all": lambda: p.weight.mean(),
            "sum": lambda: p.weight.sum(),
            "none": lambda: 1.0,
        }[by]()
        bare = p.loss(a, count)
        return None if bare is None else bare * factor

    return Form(loss, "cross_entropy", "value gradient vjp jvp")


BUG = Bug(
    code="SJ054",
    name="class weights applied after the mean",
    line="loss = losses.mean() * w[t].mean()",
    looks_right_when="all weights are equal",
    symptom="Rare classes are not favoured: the weights only change the learning rate.",
    why="A weight belongs to an example and must meet it before the examples are added "
    "up. After the mean it is one number for all. (Left out, it is the number 1.)",
    tell="The ratio of two examples' gradients does not depend on their weights.",
    mended="(w[t] * losses).sum() / w[t].sum().",
    sources=("github.com/pytorch/pytorch/issues/40560",),
    forms=tuple(scaled(by) for by in ("labels", "all", "sum", "none")),
)
