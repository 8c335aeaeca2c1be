"""The sum lost its axis, and broadcasting put it back in the wrong place."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, summed


def value(p: Parts) -> Array:
    e = np.exp(p.z - p.z.max(-1, keepdims=True))
    return e / e.sum(-1)


def both(p: Parts) -> Array:
    e = np.exp(p.z - p.z.max(-1))
    return e / e.sum(-1)


def log_value(p: Parts) -> Array:
    d = p.z - p.z.max(-1, keepdims=True)
    return d - np.log(np.exp(d).sum(-1))


def pullback(p: Parts) -> Array:
    return p.y * (p.g - (p.y * p.g).sum(-1))


def log_pullback(p: Parts) -> Array:
    return p.g - p.y * p.g.sum(-1)


def lse_pullback(p: Parts) -> Array:
    return p.g * p.y


def loss(p: LossParts) -> Array | None:
    y = value(p)
    if p.piece == "value":
        return p.reduced(-(p.a * np.log(y)).sum(-1), p.D)
    return p.slope(y * summed(p.a) - p.a, p.D)


BUG = Bug(
    code="SJ006",
    name="keepdims missing in the sum",
    line="e / e.sum(axis=-1)",
    looks_right_when="the batch has one row; and with as many rows as classes "
    "nothing is "
    "raised",
    symptom="operands could not be broadcast together, shapes (N, K) (N,); or, where "
    "N = K, rows that do not sum to 1.",
    why="Without keepdims the sums are (N,), and broadcasting lays them along the last "
    "axis: column k is divided by the sum of row k.",
    tell="With N = K: column k is scaled by another row's sum. With N != K: an "
    "exception.",
    mended="Keep the axis: e.sum(axis=-1, keepdims=True).",
    sources=("numpy.org/doc/stable/user/basics.broadcasting.html",),
    forms=(
        Form(value, "softmax", "value"),
        Form(both, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(pullback, "softmax", "vjp jvp"),
        Form(log_pullback, "log_softmax", "vjp"),
        Form(lse_pullback, "logsumexp", "vjp"),
        Form(loss, "cross_entropy", "value gradient"),
    ),
)
