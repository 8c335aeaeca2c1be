"""The gradient's columns weighted, where its rows should be."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, summed


def columns(p: LossParts) -> Array | None:
    t = p.smoothed(p.hot)
    return p.slope(p.weight * (p.y * summed(t) - t), p.D)


def columns_by_rows(p: LossParts) -> Array | None:
    t = p.smoothed(p.hot)
    return p.slope(p.weight * (p.y * summed(t) - t), p.N if p.mean else 1.0)


BUG = Bug(
    code="SJ055",
    name="class weights on the gradient's columns",
    line="dlogits = w * (y - t)   # w of shape (K,)",
    looks_right_when="all weights are equal",
    symptom="Rows of the gradient do not sum to 0; logits drift.",
    why="The weight of an example multiplies its whole row, also the entries of other "
    "classes: w[label] * (y - t). w * (y - t) weighs each entry by its own column.",
    tell="Rows of the gradient do not sum to 0.",
    mended="Weigh the rows: w[t][:, None] * (y - one_hot).",
    sources=("no public thread known to us",),
    forms=tuple(
        Form(f, "cross_entropy", "gradient vjp jvp") for f in (columns, columns_by_rows)
    ),
)
