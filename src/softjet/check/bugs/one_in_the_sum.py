"""One more in the denominator."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def shifted(p: Parts) -> Array:
    e = np.exp(p.z - p.z.max(-1, keepdims=True))
    return e / (1 + summed(e))


def bare(p: Parts) -> Array:
    e = np.exp(p.z)
    return e / (1 + summed(e))


def lse(p: Parts) -> Array:
    m = p.z.max(-1)
    return m + np.log1p(np.exp(p.z - m[:, None]).sum(-1))


BUG = Bug(
    code="SJ037",
    name="one added to the sum",
    line="y = e / (1 + e.sum(axis=-1, keepdims=True))",
    looks_right_when="the logits are large and not shifted",
    symptom="Rows sum to less than 1.",
    why="1 + sum is the softmax with a sink (softmax_one). After a shift by the "
    "largest "
    "logit m the 1 stands for exp(m): the sink then moves with the row.",
    tell="Rows do not sum to 1; with the shift, at most to K / (K + 1).",
    mended="Leave the 1 out; or, if a sink is meant, add exp(-m) in its place.",
    sources=("github.com/kyegomez/AttentionIsOFFByOne/issues/5",),
    forms=(
        Form(shifted, "softmax", "value"),
        Form(bare, "softmax", "value"),
        Form(lse, "logsumexp", "value"),
    ),
)
