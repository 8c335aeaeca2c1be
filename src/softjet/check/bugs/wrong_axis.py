"""The sum runs over the examples, not over the classes."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, log_softmax, softmax


def down(z: Array) -> Array:
    """Softmax of the columns."""
    return softmax(z.T).T


def value(p: Parts) -> Array:
    return down(p.z)


def log_value(p: Parts) -> Array:
    return log_softmax(p.z.T).T


def lse(p: Parts) -> Array:
    return p.z.max(0) + np.log(np.exp(p.z - p.z.max(0)).sum(0))


def of_rows(p: Parts) -> Array:
    return p.y * (p.g - (p.y * p.g).sum(0))


def of_columns(p: Parts) -> Array:
    y = down(p.z)
    return y * (p.g - (y * p.g).sum(0))


def log_of_rows(p: Parts) -> Array:
    return p.g - p.y * p.g.sum(0)


def log_of_columns(p: Parts) -> Array:
    return p.g - down(p.z) * p.g.sum(0)


def loss(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * log_value(p)).sum(-1), p.D)
    return p.slope(down(p.z) * p.a.sum(-1, keepdims=True) - p.a, p.D)


BUG = Bug(
    code="SJ005",
    name="sum over the wrong axis",
    line="e / e.sum(axis=0)",
    looks_right_when="the array is laid out the other way, one example a column",
    symptom="Columns sum to 1 and rows do not; a batch of one gives ones, or a "
    "gradient that treats the classes as sigmoids.",
    why="axis=0 runs over the examples. The classes of one example lie along the other "
    "axis, so the answer mixes examples that have nothing to do with each other.",
    tell="Row r of the answer changes when another row does; the answer is the right "
    "one "
    "of the transposed array.",
    mended="Sum over the axis of the classes: axis=-1 with keepdims=True for one "
    "example "
    "a row.",
    sources=("github.com/nnstreamer/nntrainer/pull/430",),
    forms=(
        Form(value, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(lse, "logsumexp", "value"),
        Form(of_rows, "softmax", "vjp jvp"),
        Form(of_columns, "softmax", "vjp jvp"),
        Form(log_of_rows, "log_softmax", "vjp"),
        Form(log_of_columns, "log_softmax", "vjp"),
        Form(loss, "cross_entropy", "value gradient vjp"),
    ),
)
