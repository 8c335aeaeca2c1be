"""One maximum or one sum for the whole batch."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, summed


def exps(p: Parts) -> Array:
    return np.exp(p.native - p.native.max())


def one_sum(p: Parts) -> Array:
    e = np.exp(p.z - p.z.max())
    return e / e.sum()


def rows_then_one_sum(p: Parts) -> Array:
    e = np.exp(p.z - p.z.max(-1, keepdims=True))
    return e / e.sum()


def running_sum(p: Parts) -> Array:
    """The sum is never set back to 0: row n is divided by those before it too."""
    e = np.exp(p.z - p.z.max(-1, keepdims=True))
    return e / np.cumsum(summed(e), axis=0)


def log_one_sum(p: Parts) -> Array:
    return np.log(one_sum(p))


def lse_one_sum(p: Parts) -> Array:
    return np.asarray(p.z.max() + np.log(np.exp(p.z - p.z.max()).sum()))


def one_max(p: Parts) -> Array:
    return exps(p) / summed(exps(p))


def log_one_max(p: Parts) -> Array:
    return p.native - p.native.max() - np.log(summed(exps(p)))


def lse_one_max(p: Parts) -> Array:
    return p.native.max() + np.log(exps(p).sum(-1))


def loss_one_sum(p: LossParts) -> Array | None:
    if p.piece == "value":
        return p.reduced(-(p.a * log_one_sum(p)).sum(-1), p.D)
    return p.slope(one_sum(p) * summed(p.a) - p.a, p.D)


BUG = Bug(
    code="SJ008",
    name="one maximum or sum for the whole batch",
    line="e = np.exp(x - np.max(x)); y = e / np.sum(e)",
    looks_right_when="the batch has one row; one maximum alone is right until a row "
    "lies "
    "some 745 below it (88 in float32)",
    symptom="The whole batch sums to 1 and its rows do not; or a row of NaN, 0 / 0.",
    why="np.sum(e) adds the exponentials of all examples. np.max(x) is a right shift "
    "for "
    "one row; a row far below it has only zeros left.",
    tell="Row r of the answer changes when another row does.",
    mended="Take both along the classes: x.max(axis=-1, keepdims=True) and "
    "e.sum(axis=-1, keepdims=True).",
    sources=("stackoverflow.com/questions/34968722",),
    forms=(
        Form(one_sum, "softmax", "value"),
        Form(rows_then_one_sum, "softmax", "value"),
        Form(running_sum, "softmax", "value"),
        Form(log_one_sum, "log_softmax", "value"),
        Form(lse_one_sum, "logsumexp", "value"),
        Form(loss_one_sum, "cross_entropy", "value gradient"),
        Form(one_max, "softmax", "value", ranged=True),
        Form(log_one_max, "log_softmax", "value", ranged=True),
        Form(lse_one_max, "logsumexp", "value", ranged=True),
    ),
)
