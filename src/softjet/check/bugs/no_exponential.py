"""Logits divided by their sum, without an exponential, or with another base."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, softmax, summed


def shares(p: Parts) -> Array:
    return p.z / summed(p.z)


def shifted_shares(p: Parts) -> Array:
    d = p.z - p.z.min(-1, keepdims=True)
    return d / summed(d)


def powers_of_two(p: Parts) -> Array:
    return softmax(p.z * np.log(2))


def no_division(p: Parts) -> Array:
    return np.exp(p.z - p.z.max(-1, keepdims=True))


BUG = Bug(
    code="SJ032",
    name="exponential or division missing",
    line="y = x / x.sum(axis=-1, keepdims=True)",
    looks_right_when="one checks that rows sum to 1 and nothing more",
    symptom="Negative probabilities, or division by 0; or numbers that do not sum to "
    "1.",
    why="Softmax is exp(x) over the sum of exp(x). Shares of the logits themselves are "
    "another function, and 2^x is the softmax at another temperature.",
    tell="Adding a constant to a row changes the answer, or its sum is not 1.",
    mended="e = np.exp(x - x.max(...)); y = e / e.sum(...), both along the classes.",
    sources=(
        "stackoverflow.com, 'Why use softmax as opposed to standard normalization?'",
    ),
    forms=(
        Form(shares, "softmax", "value"),
        Form(shifted_shares, "softmax", "value"),
        Form(powers_of_two, "softmax", "value"),
        Form(no_division, "softmax", "value"),
    ),
)
