"""ignore_index is read as a class."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, one_hot


def taken(ids: str) -> Form:
    def loss(p: LossParts) -> Array | None:
        if not p.ignored.any():
            return None
        index = p.ids if ids == "as they are" else np.clip(p.ids, 0, p.K - 1)
        hot = one_hot(index, p.K)
        t = (1 - p.epsilon) * hot + p.epsilon / p.K
        return p.loss(p.weight * t)

    return Form(loss, "cross_entropy", "value gradient vjp jvp")


BUG = Bug(
    code="SJ059",
    name="ignored rows not ignored",
    line="loss = -log_y[np.arange(N), t]   # with t = -1 in padded rows",
    looks_right_when="no row is to be ignored",
    symptom="Padding is trained towards the last class (index -1), or an IndexError "
    "at -100.",
    why="A negative index counts from the end: -1 is the last class, in silence.",
    tell="The gradient of an ignored row is not 0.",
    mended="live = t != ignore_index; sum over the live rows and divide by their "
    "number.",
    sources=("numpy.org/doc/stable/user/basics.indexing.html (negative indices)",),
    forms=(taken("as they are"), taken("clipped")),
)
