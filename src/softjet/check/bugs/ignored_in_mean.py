"""Ignored rows have no loss, but count in the mean."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def by_all_rows(p: LossParts) -> Array | None:
    return p.loss(p.a, p.N) if p.ignored.any() and p.mean else None


def by_all_weights(p: LossParts) -> Array | None:
    if not (p.ignored.any() and p.mean):
        return None
    return p.loss(p.a, p.weight[p.ids.clip(0, p.K - 1)].sum())


BUG = Bug(
    code="SJ060",
    name="ignored rows counted in the mean",
    line="loss = losses[live].sum() / N",
    looks_right_when="no row is ignored",
    symptom="The more padding a batch has, the smaller its gradient.",
    why="A mean over the rows that count divides by their number.",
    tell="got / right is the share of live rows.",
    mended="Divide by live.sum(), or by the sum of the weights of the live rows.",
    sources=("docs.pytorch.org, CrossEntropyLoss: averaged over non-ignored targets",),
    forms=tuple(
        Form(f, "cross_entropy", "value gradient vjp jvp")
        for f in (by_all_rows, by_all_weights)
    ),
)
