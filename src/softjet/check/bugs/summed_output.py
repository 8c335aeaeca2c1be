"""The gradient of the sum of the probabilities, which is always 0."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def nothing(p: Parts) -> Array:
    return np.zeros_like(p.trial.want)


def log_ones(p: Parts) -> Array:
    return 1 - p.y * p.K


BUG = Bug(
    code="SJ029",
    name="gradient of the summed probabilities",
    line="softmax(x).sum().backward(); dx = x.grad",
    looks_right_when="it is compared with another rule on the same sum: both give 0",
    symptom="The gradient is 0 (some 1e-17) everywhere, whatever comes from above.",
    why="Probabilities sum to 1, and the derivative of 1 is 0. A test on the sum of a "
    "softmax passes for every rule that kills constants, also for wrong ones.",
    tell="dx does not depend on dy.",
    mended="Pull a cotangent that is not constant: (softmax(x) * "
    "dy).sum().backward(), or "
    "y.backward(dy).",
    sources=("github.com/FluxML/NNlib.jl, its tests of softmax (cotangents of ones)",),
    forms=(
        Form(nothing, "softmax", "vjp jvp jacobian"),
        Form(nothing, "cross_entropy", "gradient vjp jvp"),
        Form(log_ones, "log_softmax", "vjp"),
    ),
)
