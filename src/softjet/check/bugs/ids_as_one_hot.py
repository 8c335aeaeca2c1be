"""Class numbers subtracted from probabilities, as if they were one-hot rows."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def loss(p: LossParts) -> Array | None:
    if not p.by_ids:
        return None
    ids = p.ids[:, None]
    if p.piece == "value":
        return p.reduced(-(ids * p.log_y).sum(-1), p.N)
    return p.slope(p.y - ids, p.N if p.mean else 1.0)


def along_the_row(p: LossParts) -> Array | None:
    if not p.by_ids:
        return None
    if p.piece == "value":
        return p.reduced(-(p.ids * p.log_y).sum(-1), p.N)
    return p.slope(p.y - p.ids, p.N if p.mean else 1.0)


BUG = Bug(
    code="SJ018",
    name="class ids used as one-hot rows",
    line="dlogits = y - t[:, None]",
    looks_right_when="never",
    symptom="Every class of a row is pushed by the number of the label; class 0 is "
    "never learned.",
    why="t[:, None] broadcasts the number of the class over the row. Subtracting a "
    "label means subtracting 1 at its place.",
    tell="Row r of the gradient sums to 1 - K t_r (over N): integers, where 0 is "
    "right.",
    mended="Make rows of zeros with a one at the label, np.eye(K)[t], or subtract 1 at "
    "[np.arange(N), t].",
    sources=("docs.pytorch.org, CrossEntropyLoss: class indices or probabilities",),
    forms=(
        Form(loss, "cross_entropy", "value gradient vjp"),
        Form(along_the_row, "cross_entropy", "value gradient vjp"),
    ),
)
