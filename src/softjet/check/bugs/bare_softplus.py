"""log(1 + exp(x)) as it stands, or linear from a threshold on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts

if TYPE_CHECKING:
    from ..judge.trial import Trial

THRESHOLDS = (10.0, 15.0, 20.0, 30.0)


def bare(p: Parts) -> Array:
    return np.log(1 + np.exp(p.native))


def half_guarded(p: Parts) -> Array:
    return np.log1p(np.exp(p.native))


def digits_lost(p: Parts) -> Array:
    return np.maximum(p.native, 0) + np.log(1 + np.exp(-abs(p.native)))


def binary_bare(p: LossParts) -> Array:
    return p.entries(np.log(1 + np.exp(p.native)) - p.t * p.native)


def no_modulus(p: LossParts) -> Array:
    """The stable formula with exp(-x) for exp(-|x|)."""
    return p.entries(np.maximum(p.z, 0) - p.t * p.z + np.log1p(np.exp(-p.z)))


def softplus_no_modulus(p: Parts) -> Array:
    return np.maximum(p.z, 0) + np.log1p(np.exp(-p.z))


def thresholded(end: float) -> Form:
    def value(p: Parts) -> Array:
        low = np.log1p(np.exp(np.minimum(p.native, end)))
        return np.where(p.native > end, p.native, low)

    return Form(value, "softplus", "value", ranged=True)


def far_alone(trials: Sequence[Trial]) -> bool:
    """Wrong only where exp(x) overflows, or rounds away beside 1."""
    wrong = [trial for trial in trials if trial.wrong]
    return bool(wrong) and all(bool((abs(t.x) > 4.0).any()) for t in wrong)


BUG = Bug(
    code="SJ076",
    name="softplus without guard",
    line="y = np.log(1 + np.exp(x))",
    looks_right_when="-10 < x < 700 (in float32 -5 < x < 88)",
    symptom="inf for large x; 0, or wrong digits, for x below -20.",
    why="exp(x) overflows where the answer is x, and 1 + exp(x) rounds to 1 where the "
    "answer is exp(x). A threshold gives up the digits above it. With exp(-x) for "
    "exp(-|x|), log1p repeats the -x that the maximum took off.",
    tell="softplus(1000) is 1000; softplus(-40) is exp(-40) = 4.2e-18, not 0.",
    mended="np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), or np.logaddexp(0, x).",
    sources=("github.com/apache/tvm/pull/20212",),
    forms=(
        *(
            Form(f, "softplus", "value", ranged=True)
            for f in (bare, half_guarded, digits_lost)
        ),
        Form(softplus_no_modulus, "softplus", "value"),
        Form(no_modulus, "binary_cross_entropy", "value"),
        Form(binary_bare, "binary_cross_entropy", "value", ranged=True),
        *(thresholded(end) for end in THRESHOLDS),
    ),
    sight=Sight(far_alone, "softplus", "value"),
)
