"""A binary cross-entropy computed from probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial

EPSILONS = (0.0, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 2.0**-52)


def with_epsilon(epsilon: float) -> tuple[Form, ...]:
    def y(p: LossParts) -> Array:
        with np.errstate(all="ignore"):
            return 1 / (1 + np.exp(-p.native))

    def added(p: LossParts) -> Array:
        s, e = y(p), p.native.dtype.type(epsilon)
        terms = p.t * np.log(s + e) + (1 - p.t) * np.log(1 - s + e)
        return p.entries(-terms)

    def clipped(p: LossParts) -> Array:
        s = np.clip(y(p), epsilon, 1 - epsilon)
        return p.entries(-(p.t * np.log(s) + (1 - p.t) * np.log(1 - s)))

    def slope(p: LossParts) -> Array | None:
        s = np.clip(y(p), epsilon, 1 - epsilon)
        gradient = -(p.t / s) + (1 - p.t) / (1 - s)
        if p.to_probs:
            return gradient / (gradient.size if p.mean else 1.0)
        return p.entry_slope(gradient * y(p) * (1 - y(p)))

    return (
        Form(added, "binary_cross_entropy", "value", ranged=True),
        Form(clipped, "binary_cross_entropy", "value", ranged=True),
        Form(slope, "binary_cross_entropy", "gradient", ranged=True),
    )


def far_logits_alone(trials: Sequence[Trial]) -> bool:
    """Right for small logits, and wrong where a probability rounds to 0 or 1."""
    wrong = [t for t in trials if t.wrong and t.piece == "value"]
    ends = {"float32": 8.0, "float16": 4.0}
    return bool(wrong) and all(
        bool((abs(t.x) > ends.get(t.dtype, 15.0)).any()) for t in wrong
    )


BUG = Bug(
    code="SJ073",
    name="binary cross-entropy from probabilities",
    line="p = sigmoid(x); loss = -(t * np.log(p) + (1 - t) * np.log(1 - p))",
    looks_right_when="logits are small",
    symptom="inf, or NaN from 0 * inf; with an epsilon a plateau. Before that the loss "
    "loses its digits: in float32 0.8 % at x = -10, all at x = -17.",
    why="1 - p rounds to 1 or 0 where p is near 0 or 1, and the logarithm of that is "
    "wrong.",
    tell="The loss at x = 40, t = 0 is not 40.",
    mended="From the logits: max(x, 0) - x * t + log1p(exp(-abs(x))).",
    sources=("www.tensorflow.org, sigmoid_cross_entropy_with_logits (the right one)",),
    forms=tuple(form for e in EPSILONS for form in with_epsilon(e)),
    sight=Sight(far_logits_alone, "binary_cross_entropy", "value"),
)
