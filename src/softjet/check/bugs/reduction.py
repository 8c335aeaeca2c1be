"""Sum for mean, mean for sum, or a mean over the classes too."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def summed_rows(p: LossParts) -> Array | None:
    return p.loss_rows.sum() if p.mean else None


def mean_rows(p: LossParts) -> Array | None:
    return None if p.mean else p.loss_rows.sum() / p.a.sum()


def mean_entries(p: LossParts) -> Array | None:
    return p.loss_rows.sum() / (p.N * p.K) if p.mean else None


def entries_summed(p: LossParts) -> Array | None:
    return p.entry_losses.sum() if p.mean else None


def entries_by_rows(p: LossParts) -> Array | None:
    return p.entry_losses.sum() / p.N if p.mean else None


def entries_by_classes(p: LossParts) -> Array | None:
    return p.entry_losses.sum() / p.K if p.mean else None


BUG = Bug(
    code="SJ052",
    name="sum for mean",
    line="loss = -np.log(p[np.arange(N), t]).sum()",
    looks_right_when="the batch has one row",
    symptom="The loss grows with the batch; or it is K times too small (np.mean over "
    "classes too).",
    why="A mean cross-entropy is summed over the classes and averaged over the "
    "examples. np.mean(t * log_y) divides by N times K.",
    tell="got / right is N, 1/N or 1/K; a batch twice as long doubles the loss.",
    mended="Sum over the classes, then divide by the number of examples, once.",
    sources=("docs.pytorch.org, KLDivLoss: reduction 'batchmean' against 'mean'",),
    forms=(
        Form(summed_rows, "cross_entropy", "value"),
        Form(mean_rows, "cross_entropy", "value"),
        Form(mean_entries, "cross_entropy", "value"),
        Form(entries_summed, "binary_cross_entropy", "value"),
        Form(entries_by_rows, "binary_cross_entropy", "value"),
        Form(entries_by_classes, "binary_cross_entropy", "value"),
    ),
)
