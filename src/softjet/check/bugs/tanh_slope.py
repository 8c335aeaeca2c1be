"""The derivative of tanh for that of the sigmoid, and its like."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def tanh_of_output(p: Parts) -> Array:
    return (1 - p.s**2) * p.g


def tanh_of_input(p: Parts) -> Array:
    return (1 - np.tanh(p.z) ** 2) * p.g


def output(p: Parts) -> Array:
    return p.s * p.g


def complement(p: Parts) -> Array:
    return (1 - p.s) * p.g


def exponential(p: Parts) -> Array:
    return np.exp(-p.z) / (1 + np.exp(-p.z)) * p.g


def value(p: Parts) -> Array:
    return np.tanh(p.z)


BUG = Bug(
    code="SJ072",
    name="another function's slope for the sigmoid's",
    line="dx = (1 - y ** 2) * dy",
    looks_right_when="never",
    symptom="Gradients about four times too large; saturated units keep moving down.",
    why="The sigmoid's slope is y (1 - y). 1 - y^2 is that of tanh; y or 1 - y alone "
    "is half of it.",
    tell="The slope at 0 is not 1/4.",
    mended="dx = y * (1 - y) * dy, with y the sigmoid.",
    sources=("no public thread known to us",),
    forms=(
        *(
            Form(f, "sigmoid", "vjp jvp jacobian")
            for f in (tanh_of_output, tanh_of_input, output, complement, exponential)
        ),
        Form(value, "sigmoid", "value"),
    ),
)
