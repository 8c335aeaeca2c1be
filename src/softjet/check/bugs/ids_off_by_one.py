"""Class numbers from 1 where they start at 0, or the other way round."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, one_hot


def moved(by: int, wrap: bool) -> Form:
    def loss(p: LossParts) -> Array | None:
        if not p.by_ids:
            return None
        ids = p.ids + by
        ids = ids % p.K if wrap else ids
        hot = one_hot(np.where(p.ignored, 0, ids), p.K) * p.live
        return p.loss(p.weight * p.smoothed(hot))

    return Form(loss, "cross_entropy", "value gradient vjp jvp")


def clipped(p: LossParts) -> Array | None:
    if not p.by_ids:
        return None
    hot = one_hot(np.where(p.ignored, 0, (p.ids + 1).clip(0, p.K - 1)), p.K)
    return p.loss(p.weight * p.smoothed(hot * p.live))


BUG = Bug(
    code="SJ063",
    name="class ids off by one",
    line="loss = -log_y[np.arange(N), t - 1]",
    looks_right_when="never; every class has a wrong neighbour",
    symptom="Accuracy near 0 though the loss falls; class 0 is read as the last, index "
    "-1.",
    why="Ids run from 0 to K - 1. t - 1 is for labels that count from 1, and its -1 "
    "for label 0 counts from the end without an error.",
    tell="The answer is the right one with every label moved by one.",
    mended="Index with t; convert labels from 1 once, where they are read.",
    sources=("docs.pytorch.org, CrossEntropyLoss: class indices in [0, C)",),
    forms=(
        moved(-1, False),
        moved(1, False),
        moved(1, True),
        Form(clipped, "cross_entropy", "value gradient vjp jvp"),
    ),
)
