"""The temperature multiplies the logits, or the probabilities."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, log_softmax, pulled, softmax


def multiplied(p: Parts) -> Array:
    return softmax(p.x * p.T)


def log_multiplied(p: Parts) -> Array:
    return log_softmax(p.x * p.T)


def afterwards(p: Parts) -> Array:
    return softmax(p.x) / p.T


def unused(p: Parts) -> Array:
    return softmax(p.x)


def log_unused(p: Parts) -> Array:
    return log_softmax(p.x)


def pullback(p: Parts) -> Array | None:
    # A form of a tempered kind is divided by T afterwards: T^2 makes it T.
    return None if "y" in p.takes else pulled(softmax(p.x * p.T), p.g) * p.T**2


def factor_alone(p: Parts) -> Array:
    return pulled(p.y, p.g) * p.T**2


def divided_twice(p: Parts) -> Array:
    return pulled(p.y, p.g) / p.T


def log_divided_twice(p: Parts) -> Array:
    return (p.g - p.y * p.g.sum(-1, keepdims=True)) / p.T


BUG = Bug(
    code="SJ040",
    name="temperature in the wrong place",
    line="y = softmax(x * T)",
    looks_right_when="T = 1",
    symptom="A higher temperature sharpens where it should soften; or the gradient is "
    "off by a power of T.",
    why="Temperature divides the logits, once, before the softmax: x / T. Its "
    "derivative has one factor 1 / T.",
    tell="The answer at T is the right one at 1 / T, or at 1; rows divided by T do not "
    "sum to 1.",
    mended="softmax(x / T) in the forward, one division by T in the backward.",
    sources=("arxiv.org/abs/1503.02531, section 2 (the definition)",),
    forms=(
        Form(multiplied, "softmax", "value"),
        Form(log_multiplied, "log_softmax", "value"),
        Form(afterwards, "softmax", "value"),
        Form(unused, "softmax", "value"),
        Form(log_unused, "log_softmax", "value"),
        Form(pullback, "softmax", "vjp jvp jacobian"),
        Form(factor_alone, "softmax", "vjp jvp jacobian"),
        Form(divided_twice, "softmax", "vjp jvp jacobian"),
        Form(log_divided_twice, "log_softmax", "vjp jacobian"),
    ),
)
