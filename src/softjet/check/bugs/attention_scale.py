"""Attention's scores not scaled, or scaled by another number."""

from __future__ import annotations

from collections.abc import Callable

from ._attention_parts import AttentionParts
from ._bug import Bug
from ._form import Form
from ._parts import Array, softmax

Scale = Callable[[AttentionParts], float]


def scaled(scale: Scale) -> Form:
    def attended(p: AttentionParts) -> Array:
        number = scale(p)
        weights = softmax(p.masked(number * p.bare))
        return p.attended(weights, number)

    return Form(attended, "attention", "value vjp jvp")


SCALES: tuple[Scale, ...] = (
    lambda p: 1.0,
    lambda p: 1 / p.q.shape[-1],
    lambda p: p.q.shape[-1] ** 0.5,
    lambda p: p.k.shape[-2] ** -0.5,
    lambda p: p.v.shape[-1] ** -0.5,
    lambda p: p.scale**2,
)

BUG = Bug(
    code="SJ080",
    name="attention's scale",
    line="weights = softmax(q @ k.T)",
    looks_right_when="the heads are narrow: sqrt(d) is near 1",
    symptom="Weights that are nearly one-hot, and vanishing gradients, in wide heads.",
    why="A product of two vectors of d entries has a spread of sqrt(d); dividing by it "
    "keeps the scores near 1. d, the number of keys, or the width of v is another "
    "scale.",
    tell="The answer is the right one for q times a constant.",
    mended="softmax(q @ k.T / np.sqrt(q.shape[-1])).",
    sources=("arxiv.org/abs/1706.03762, section 3.2.1",),
    forms=tuple(scaled(scale) for scale in SCALES),
)
