"""The relu's backward masked by the wrong array."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def by_seed(p: Parts) -> Array:
    return np.where(p.g > 0, p.g, 0.0)


def by_both(p: Parts) -> Array:
    return p.g * (p.g > 0) * (p.x > 0)


def times_output(p: Parts) -> Array:
    return np.maximum(p.x, 0) * p.g


def passed_on(p: Parts) -> Array:
    return 1.0 * p.g


def turned(p: Parts) -> Array:
    return p.g * (p.x < 0)


def absolute(p: Parts) -> Array:
    return abs(p.x)


def leaky(p: Parts) -> Array:
    return np.where(p.x > 0, p.x, 0.01 * p.x)


def leaky_slope(p: Parts) -> Array:
    return np.where(p.x > 0, 1.0, 0.01) * p.g


def sign(p: Parts) -> Array:
    return np.sign(p.x) * p.g


BUG = Bug(
    code="SJ079",
    name="relu masked by the wrong array",
    line="dx = np.maximum(dy, 0)",
    looks_right_when="all upstream gradients are positive",
    symptom="Negative gradients never get through, and dead units learn.",
    why="The slope is 1 where the input (or, the same, the output) is positive and 0 "
    "elsewhere. The sign of the upstream gradient has no part in it.",
    tell="dx is not linear in dy: -dy does not give -dx.",
    mended="dx = dy * (x > 0).",
    sources=(
        "arxiv.org/abs/1412.6806 (guided backpropagation, which does it on purpose)",
    ),
    forms=(
        *(
            Form(f, "relu", "vjp jvp jacobian")
            for f in (
                by_seed,
                by_both,
                times_output,
                passed_on,
                turned,
                leaky_slope,
                sign,
            )
        ),
        Form(absolute, "relu", "value"),
        Form(leaky, "relu", "value"),
    ),
)
