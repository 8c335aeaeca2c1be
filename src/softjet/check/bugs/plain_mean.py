"""The cotangent is centred on its plain mean, not on its mean under y."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def centred(p: Parts) -> Array:
    return p.y * (p.g - p.g.mean(-1, keepdims=True))


def centred_products(p: Parts) -> Array:
    v = p.y * p.g
    return v - v.mean(-1, keepdims=True)


def over_classes(p: Parts) -> Array:
    return p.y * (p.g - np.mean(p.y * p.g, -1, keepdims=True))


def log_mean(p: Parts) -> Array:
    return p.g - summed(p.g) / p.K


BUG = Bug(
    code="SJ011",
    name="centred with the plain mean",
    line="dx = y * (dy - dy.mean(axis=-1, keepdims=True))",
    looks_right_when="the probabilities are uniform, as they are at a start from zeros",
    symptom="It trains, slowly and to the wrong place.",
    why="The derivative subtracts the mean of dy weighted by y. mean() weighs all "
    "classes 1/K.",
    tell="A row of dx does not sum to 0, though a constant dy gives 0; right at y = "
    "1/K.",
    mended="Use the sum weighted by y, np.sum(y * dy, axis=-1, keepdims=True), and no "
    "mean.",
    sources=("no public thread known to us",),
    forms=(
        Form(centred, "softmax", "vjp jvp jacobian"),
        Form(centred_products, "softmax", "vjp jvp jacobian"),
        Form(over_classes, "softmax", "vjp jvp jacobian"),
        Form(log_mean, "log_softmax", "vjp jvp jacobian"),
    ),
)
