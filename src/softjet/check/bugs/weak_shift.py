"""A shift that is not the row's largest logit."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed

SHIFTS = ("first", "last", "mean", "least", "modulus")


def shifted(by: str) -> tuple[Form, ...]:
    def shift(x: Array) -> Array:
        return {
            "first": lambda: x[..., :1],
            "last": lambda: x[..., -1:],
            "mean": lambda: x.mean(-1, keepdims=True),
            "least": lambda: x.min(-1, keepdims=True),
            "modulus": lambda: abs(x).max(-1, keepdims=True),
        }[by]()

    def value(p: Parts) -> Array:
        e = np.exp(p.native - shift(p.native))
        return e / summed(e)

    def log_value(p: Parts) -> Array:
        d = p.native - shift(p.native)
        return d - np.log(summed(np.exp(d)))

    def lse(p: Parts) -> Array:
        m = shift(p.native)
        return (m + np.log(summed(np.exp(p.native - m))))[..., 0]

    return (
        Form(value, "softmax", "value", ranged=True),
        Form(log_value, "log_softmax", "value", ranged=True),
        Form(lse, "logsumexp", "value", ranged=True),
    )


BUG = Bug(
    code="SJ033",
    name="shifted by something else than the largest",
    line="e = np.exp(x - x.mean(axis=-1, keepdims=True))",
    looks_right_when="the row spans less than about 700 (80 in float32)",
    symptom="Overflow and NaN on rows of a wide range.",
    why="Any constant may be subtracted, but only the largest logit makes sure that no "
    "exponent is positive and one term of the sum is 1.",
    tell="A row with one logit far above the others gives inf / inf.",
    mended="Subtract x.max(axis=-1, keepdims=True).",
    sources=("github.com/ROCm/AMDMIGraphX/pull/1290 (shift by the first element)",),
    forms=tuple(f for by in SHIFTS for f in shifted(by)),
)
