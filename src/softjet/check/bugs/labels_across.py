"""Labels and row numbers exchanged in the index."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def loss(p: LossParts) -> Array | None:
    if not p.by_ids:
        return None
    rows = np.arange(p.N)
    if p.piece == "value":
        picked = -p.log_y[p.ids, rows]
        return p.reduced(picked, p.N)
    residual = p.y.copy()
    residual[p.ids, rows] -= 1
    return p.slope(residual, p.N if p.mean else 1.0)


def turned_targets(p: LossParts) -> Array | None:
    return p.loss(p.weight * p.smoothed(p.hot.T))


def diagonal(p: LossParts) -> Array | None:
    """The row numbers for labels: the diagonal of log_y."""
    if not p.by_ids or p.piece != "value":
        return None
    rows = np.arange(p.N)
    return p.reduced(-p.log_y[rows, rows], p.N)


BUG = Bug(
    code="SJ064",
    name="labels along the wrong axis",
    line="loss = -log_y[t, np.arange(N)].mean()",
    looks_right_when="N = K raises nothing; there it is right for no labels but by "
    "chance",
    symptom="An IndexError with more rows than classes; where N = K a loss that does "
    "not fall.",
    why="The array is (N, K): rows first. [t, arange(N)] reads entry n of row t, which "
    "is another example's.",
    tell="With N = K the answer is the right one of the transposed logits.",
    mended="log_y[np.arange(N), t].",
    sources=("numpy.org/doc/stable/user/basics.indexing.html, integer array indexing",),
    forms=(
        Form(loss, "cross_entropy", "value gradient"),
        Form(turned_targets, "cross_entropy", "value gradient"),
        Form(diagonal, "cross_entropy", "value"),
    ),
)
