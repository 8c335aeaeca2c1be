"""Soft targets reduced to their largest entry, or to whole numbers."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, one_hot


def argmax(p: LossParts) -> Array | None:
    if p.by_ids:
        return None
    hot = one_hot(p.hot.argmax(-1), p.K)
    return p.loss(p.weight * p.smoothed(hot))


def truncated(p: LossParts) -> Array | None:
    return None if p.by_ids else p.loss(p.weight * np.trunc(p.hot), p.N)


def as_ids(p: LossParts) -> Array | None:
    """A row of targets read as ids: every 0 and 1 of it selects class 0 or 1."""
    if p.by_ids:
        return None
    ids = p.hot.astype(int)
    picked = np.take_along_axis(p.log_y, ids, axis=-1)
    return -picked.mean() if p.piece == "value" and p.mean else None


BUG = Bug(
    code="SJ062",
    name="soft targets made hard",
    line="t = np.argmax(t, axis=-1)",
    looks_right_when="the targets are one-hot",
    symptom="Distillation and smoothed labels train as if they were plain labels; or "
    "astype(int) makes all targets 0.",
    why="argmax and a cast to integers throw the probabilities away; a one-hot row "
    "read as ids selects classes 0 and 1.",
    tell="The loss does not change when a target does.",
    mended="Sum over the classes: -(t * log_y).sum(axis=-1).",
    sources=("github.com/pytorch/pytorch/issues/137188",),
    forms=(
        Form(argmax, "cross_entropy", "value gradient vjp jvp"),
        Form(truncated, "cross_entropy", "value gradient"),
        Form(as_ids, "cross_entropy", "value"),
    ),
)
