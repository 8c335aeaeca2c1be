"""A backward that is handed the output, and applies the function to it again."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, pulled, sigmoid, softmax


def softmax_again(p: Parts) -> Array:
    return pulled(softmax(p.y), p.g)


def softmax_diagonal(p: Parts) -> Array:
    y = softmax(p.y)
    return y * (1 - y) * p.g


def sigmoid_again(p: Parts) -> Array:
    y = sigmoid(p.s)
    return y * (1 - y) * p.g


def softplus_again(p: Parts) -> Array:
    return sigmoid(np.logaddexp(0, p.z)) * p.g


BUG = Bug(
    code="SJ050",
    name="activation applied again in the backward",
    line="def backward(y, dy): y = softmax(y); ...",
    looks_right_when="never; the sizes are plausible",
    symptom="Gradients that hardly depend on the logits.",
    why="The argument already is the output. A softmax of probabilities is nearly "
    "uniform, a sigmoid of a sigmoid lies between 0.5 and 0.73.",
    tell="The answer is the right one of softmax(y).",
    mended="Use the output as it came; or hand over the logits.",
    sources=(
        "stackoverflow.com, 'Derivative of sigmoid' (through the sigmoid twice?)",
    ),
    forms=(
        Form(softmax_again, "softmax", "vjp jvp jacobian"),
        Form(softmax_diagonal, "softmax", "vjp jvp jacobian"),
        Form(sigmoid_again, "sigmoid", "vjp jvp jacobian"),
        Form(softplus_again, "softplus", "vjp jvp jacobian"),
    ),
)
