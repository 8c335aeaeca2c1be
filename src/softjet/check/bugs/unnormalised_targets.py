"""Targets that do not sum to 1, with formulas that assume it."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def no_sum(p: LossParts) -> Array | None:
    return p.slope(p.y - p.a, p.D)


def no_sum_by_rows(p: LossParts) -> Array | None:
    return p.slope(p.y - p.a, p.N if p.mean else 1.0)


def by_rows(p: LossParts) -> Array | None:
    return p.loss(p.a, p.N) if _plain(p) else None


def normalised(p: LossParts) -> Array | None:
    if p.by_ids:
        return None
    hot = p.hot / p.hot.sum(-1, keepdims=True)
    return p.loss(p.weight * p.smoothed(hot))


def _plain(p: LossParts) -> bool:
    return not p.by_ids and p.told.get("weight") is None and p.mean


BUG = Bug(
    code="SJ061",
    name="sum of the targets forgotten",
    line="dlogits = (y - w * t) / N",
    looks_right_when="every row of target weights sums to 1",
    symptom="With counts, masks or class weights for targets the gradient is not the "
    "loss's.",
    why="The gradient of -sum(t * log_y) is y * sum(t) - t. The sum is 1 for one "
    "label, "
    "and is not for weights, counts, or a row of zeros.",
    tell="Rows of the gradient do not sum to 0.",
    mended="With t the weighted targets: y * t.sum(axis=-1, keepdims=True) - t; and "
    "divide a "
    "mean by t.sum().",
    sources=("github.com/kvark/meganeura/pull/102",),
    forms=(
        Form(no_sum, "cross_entropy", "gradient vjp jvp"),
        Form(no_sum_by_rows, "cross_entropy", "gradient vjp jvp"),
        Form(by_rows, "cross_entropy", "value gradient vjp jvp"),
        Form(normalised, "cross_entropy", "value gradient vjp jvp"),
    ),
)
