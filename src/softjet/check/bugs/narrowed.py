"""float64 computed in a narrower dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = (
    "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu "
    "cross_entropy binary_cross_entropy attention"
)
PIECES = "value vjp jvp jacobian gradient composed second"
NARROW = {"float64": 2.0**-24, "float32": 2.0**-11}
OWN = {"float64": 2.0**-53, "float32": 2.0**-24}


def seven_digits(trials: Sequence[Trial]) -> bool:
    """Wrong everywhere, and right within the bound of the narrower dtype."""
    full = [t for t in trials if t.dtype in NARROW]
    wrong = [t for t in full if t.wrong]
    narrow = [t for t in wrong if _within(t)]
    enough = len(wrong) >= 2 and len(narrow) == len(wrong) and _wide_is_wrong(full)
    return enough and any(_lost(t) for t in wrong)


def _lost(trial: Trial) -> bool:
    """Whether as many digits are gone as a narrower dtype would lose."""
    with np.errstate(all="ignore"):
        share = abs((trial.got - trial.want) / trial.want)[trial.informative]
    return bool(share.size and share.max() > NARROW[trial.dtype] / 32)


def _within(trial: Trial) -> bool:
    if trial.got is None:
        return False
    times = NARROW[trial.dtype] / OWN[trial.dtype]
    with np.errstate(all="ignore"):
        # What float32 cannot hold is 0 there.
        near = abs(trial.got - trial.want) <= times * trial.allowed + 2.0**-120
    return bool(np.all(near | (trial.got == trial.want) | np.isinf(trial.allowed)))


def _wide_is_wrong(trials: Sequence[Trial]) -> bool:
    """Most float64 trials are off: one alone is a mistake of range, not of dtype."""
    wide = [t for t in trials if t.dtype == "float64"]
    return 2 * sum(t.wrong for t in wide) >= len(wide) > 0


BUG = Bug(
    code="SJ039",
    name="computed in a narrower dtype",
    line="y = np.zeros(x.shape, dtype=np.float32)",
    looks_right_when="one prints seven digits",
    symptom="float64 in, float64 or float32 out, and right to seven digits only.",
    why="An array made as float32, or a cast on the way, rounds what passes through "
    "it.",
    tell="The error is a few 6e-8 of each entry, at every size of the logits.",
    mended="Take the dtype from the input: np.zeros(x.shape, dtype=x.dtype).",
    sources=("numpy.org/doc/stable/user/basics.types.html",),
    sight=Sight(seven_digits, KINDS, PIECES),
)
