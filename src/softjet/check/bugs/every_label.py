"""Every row loses one at the labels of all rows."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def loss(p: LossParts) -> Array | None:
    if not p.by_ids:
        return None
    if p.piece == "value":
        picked = -p.log_y[:, p.ids]
        return picked.mean() if p.mean else picked.sum()
    residual = p.y.copy()
    residual[:, p.ids] -= 1
    return p.slope(residual, p.N if p.mean else 1.0)


def each_time(p: LossParts) -> Array | None:
    """Once for every row that has the label, as scatter-add has it."""
    if not p.by_ids or p.piece == "value":
        return None
    counts = p.one_hot(p.ids).sum(0)
    return p.slope(p.y - counts, p.N if p.mean else 1.0)


def sum_over_rows(p: LossParts) -> Array | None:
    if not p.by_ids or p.piece != "value":
        return None
    return -p.log_y[:, p.ids].sum() / p.N


BUG = Bug(
    code="SJ019",
    name="every row's label taken off every row",
    line="y[:, t] -= 1",
    looks_right_when="the batch has one row, or all rows have the same label",
    symptom="It hardly learns; with many rows every class loses 1 everywhere.",
    why="[:, t] selects the columns t of all rows. One entry a row is [arange(N), t], "
    "which pairs row numbers with labels.",
    tell="A row of the gradient sums to 1 minus the number of distinct labels.",
    mended="Index rows and labels together: y[np.arange(N), t].",
    sources=("numpy.org/doc/stable/user/basics.indexing.html, integer array indexing",),
    forms=(
        Form(loss, "cross_entropy", "value gradient vjp"),
        Form(each_time, "cross_entropy", "gradient vjp"),
        Form(sum_over_rows, "cross_entropy", "value"),
    ),
)
