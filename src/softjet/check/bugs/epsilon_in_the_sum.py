"""An epsilon in the denominator, or added to the probabilities."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed

EPSILONS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)


def with_epsilon(epsilon: float) -> tuple[Form, ...]:
    def shifted(p: Parts) -> Array:
        e = np.exp(p.native - p.native.max(-1, keepdims=True))
        return e / (summed(e) + epsilon)

    def bare(p: Parts) -> Array:
        e = np.exp(p.native)
        return e / (summed(e) + epsilon)

    def outside(p: Parts) -> Array:
        return p.y + epsilon

    def both(p: Parts) -> Array:
        e = np.exp(p.native - p.native.max(-1, keepdims=True)) + epsilon
        return e / summed(e)

    def lse(p: Parts) -> Array:
        m = p.z.max(-1)
        return m + np.log(np.exp(p.z - m[:, None]).sum(-1) + epsilon)

    return (
        *(Form(f, "softmax", "value", ranged=True) for f in (shifted, bare)),
        *(Form(f, "softmax", "value", ranged=True) for f in (outside, both)),
        Form(lse, "logsumexp", "value", ranged=True),
    )


BUG = Bug(
    code="SJ035",
    name="epsilon in the denominator",
    line="y = e / (e.sum(axis=-1, keepdims=True) + 1e-8)",
    looks_right_when="one looks at seven digits",
    symptom="Rows sum to 0.99999999; half of the digits are lost.",
    why="After the shift by the largest the sum is at least 1: there is nothing to "
    "guard against, and the epsilon moves every probability.",
    tell="Rows do not sum to 1; the relative error is the same in all entries.",
    mended="Shift by the largest and leave the epsilon out.",
    sources=("no public thread known to us",),
    forms=tuple(form for epsilon in EPSILONS for form in with_epsilon(epsilon)),
)
