"""A logarithm to the base 2 or 10."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts

KINDS = "log_softmax logsumexp cross_entropy binary_cross_entropy log_sigmoid softplus"


def base(number: float) -> Form:
    def value(p: Parts) -> Array:
        return p.trial.want / np.log(number)

    return Form(value, KINDS, "value", of_want=True)


BUG = Bug(
    code="SJ065",
    name="logarithm to another base",
    line="loss = -np.log2(y[np.arange(N), t]).mean()",
    looks_right_when="only the shape of the curve is looked at",
    symptom="A loss 1.44 times (base 2) or 0.43 times (base 10) the frameworks'; its "
    "gradient is not y - t.",
    why="y - t is the derivative of the natural logarithm's loss. Bits are nats over "
    "log 2.",
    tell="got / right is 1 / log(base) on every probe.",
    mended="np.log, the natural logarithm.",
    sources=("en.wikipedia.org/wiki/Cross-entropy (bits and nats)",),
    forms=(base(2.0), base(10.0)),
)
