"""The slope of softplus or log-sigmoid mistaken."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, sigmoid


def step(p: Parts) -> Array:
    return (p.z > 0) * p.g


def own_value(p: Parts) -> Array:
    return np.logaddexp(0, p.z) * p.g


def mirrored(p: Parts) -> Array:
    return sigmoid(-p.z) * p.g


def bump(p: Parts) -> Array:
    return p.s * (1 - p.s) * p.g


def same(p: Parts) -> Array:
    return p.s * p.g


BUG = Bug(
    code="SJ077",
    name="slope of softplus mistaken",
    line="dx = (x > 0) * dy",
    looks_right_when="x is far from 0",
    symptom="Wrong gradients near 0.",
    why="The slope of softplus(x) is sigmoid(x); that of log_sigmoid(x) is "
    "sigmoid(-x), "
    "for log_sigmoid(x) = -softplus(-x).",
    tell="Both slopes are 1/2 at 0 and go opposite ways.",
    mended="softplus: sigmoid(x) * dy. log_sigmoid: sigmoid(-x) * dy.",
    sources=("no public thread known to us",),
    forms=(
        *(
            Form(f, "softplus", "vjp jvp jacobian")
            for f in (step, own_value, mirrored, bump)
        ),
        *(Form(f, "log_sigmoid", "vjp jvp jacobian") for f in (same, bump, step)),
    ),
)
