"""The maximum lost its axis: each logit is shifted by another row's largest."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, summed


def exps(p: Parts) -> Array:
    return np.exp(p.z - p.z.max(-1))


def value(p: Parts) -> Array:
    return exps(p) / summed(exps(p))


def log_value(p: Parts) -> Array:
    return np.log(value(p))


def lse(p: Parts) -> Array:
    return p.z.max(-1) + np.log(exps(p).sum(-1))


def loss(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * log_value(p)).sum(-1), p.D)
    return p.slope(value(p) * summed(p.a) - p.a, p.D)


BUG = Bug(
    code="SJ007",
    name="keepdims missing in the maximum",
    line="e = np.exp(x - x.max(axis=-1))",
    looks_right_when="the batch has one row; with N = K rows even sum to 1",
    symptom="An exception about shapes (N, K) (N,); or, where N = K, probabilities "
    "that "
    "sum to 1 and are wrong.",
    why="The maxima are (N,) and broadcast along the last axis: column k is shifted by "
    "the largest of row k, so entries of one row are shifted differently.",
    tell="With N = K rows sum to 1 and still differ from the softmax.",
    mended="Keep the axis: x.max(axis=-1, keepdims=True).",
    sources=("numpy.org/doc/stable/user/basics.broadcasting.html",),
    forms=(
        Form(value, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(lse, "logsumexp", "value"),
        Form(loss, "cross_entropy", "value gradient"),
    ),
)
