"""The shift stands on one side only: it no longer cancels."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def _shifted(p: Parts) -> tuple[Array, Array]:
    m = p.z.max(-1, keepdims=True)
    return m, np.exp(p.z - m)


def lse(p: Parts) -> Array:
    return np.log(_shifted(p)[1].sum(-1))


def lse_minus(p: Parts) -> Array:
    return lse(p) - p.z.max(-1)


def value(p: Parts) -> Array:
    return _shifted(p)[1] / summed(np.exp(p.z))


def value_below(p: Parts) -> Array:
    return np.exp(p.z) / summed(_shifted(p)[1])


def log_value(p: Parts) -> Array:
    return p.z - np.log(summed(_shifted(p)[1]))


def log_twice(p: Parts) -> Array:
    m, e = _shifted(p)
    return p.z - m - (m + np.log(summed(e)))


BUG = Bug(
    code="SJ034",
    name="shift not undone",
    line="lse = np.log(np.exp(x - m).sum(axis=-1))   # and m is not added back",
    looks_right_when="the largest logit is 0",
    symptom="Probabilities that do not sum to 1, or a logsumexp that does not move "
    "with "
    "the logits.",
    why="exp(x - m) above and below the line cancels m. On one side only, a factor "
    "exp(m) is left; in a logsumexp the term m.",
    tell="logsumexp(x + c) must be logsumexp(x) + c, softmax(x + c) must not change.",
    mended="Use the shifted exponentials on both sides; add m back to a logsumexp.",
    sources=("gregorygundersen.com/blog/2020/02/09/log-sum-exp (the right one)",),
    forms=(
        Form(lse, "logsumexp", "value"),
        Form(lse_minus, "logsumexp", "value"),
        Form(value, "softmax", "value"),
        Form(value_below, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(log_twice, "log_softmax", "value"),
    ),
)
