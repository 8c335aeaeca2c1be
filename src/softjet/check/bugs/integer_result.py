"""The result is written into an integer array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._form import Form
from ._parts import Array, Parts

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = (
    "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu "
    "cross_entropy binary_cross_entropy attention"
)


def truncated(p: Parts) -> Array | None:
    return np.trunc(p.trial.want) if p.trial.dtype.startswith(("int", "uint")) else None


def integers(trials: Sequence[Trial]) -> bool:
    cut = any("dtype-int" in t.facts and t.wrong and t.kind != "relu" for t in trials)
    # The same numbers as floats must fare better, or something else is wrong.
    return cut and any(t.dtype.startswith("float") and not t.wrong for t in trials)


BUG = Bug(
    code="SJ024",
    name="integer array for the result",
    line="y = np.zeros_like(x)",
    looks_right_when="the input has a float dtype",
    symptom="Probabilities that are all 0, or 0 and 1.",
    why="zeros_like takes the dtype of x. With x = np.array([1, 2, 3]) it is an "
    "integer array, and what is written into it is cut off.",
    tell="The same numbers as floats give another answer.",
    mended="Convert first, x = np.asarray(x, dtype=float), or give the result's dtype.",
    sources=("numpy.org/doc/stable/reference/generated/numpy.zeros_like.html",),
    forms=(Form(truncated, KINDS, "value vjp jvp", ranged=True, of_want=True),),
    sight=Sight(integers, KINDS, "value vjp jvp jacobian gradient"),
)
