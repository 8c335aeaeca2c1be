"""How near two answers are, on one trial.

Judging is done elsewhere, by the textbook's bound.  Here several wrong formulas compete
to explain one answer, and they differ in their first digits: a trial speaks for a
formula if it is nearer to what came back than rounding explains, and the right answer
is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial

UNITS = {"float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
CALM, NEAR_ZERO = 40.0, 200.0  # spread and size of logits that overflow nowhere


def room(trial: Trial, answer: Array, loose: bool = False) -> Array:
    """How far off a wrong formula may be: its own rounding, entry by entry.

    64 u (8 + sqrt K + spread): as the textbook's bound, with room for another order of
    the sums.  Loose is for formulas with an epsilon beside the mistake.
    """
    unit = UNITS.get(trial.dtype, 2.0**-53)
    share = 64 * unit * (8 + np.sqrt(trial.x.shape[-1]) + min(spread(trial), 800))
    share = max(share, 1e-6) if loose else share
    size = abs(np.where(np.isfinite(answer), answer, 0.0))
    along = size.max(-1, keepdims=True) if size.ndim else size
    # What is not judged (allowed is infinite) is not compared.
    allowed = trial.allowed if np.shape(trial.allowed) == np.shape(answer) else 0.0
    # A row's large entries leave roundings of their size in its small ones.
    return share * (size + along) + allowed


def alike(got: Array, answer: Array, within: Array) -> bool:
    """Same shape and, entry by entry, near: infinities and NaN only to their like."""
    if np.shape(got) != np.shape(answer):
        return False
    with np.errstate(all="ignore"):
        near = (abs(got - answer) <= within) | (got == answer) | np.isinf(within)
    return bool(np.all(near | (np.isnan(got) & np.isnan(answer))))


def spread(trial: Trial) -> float:
    """Largest minus smallest finite logit of any row."""
    x = trial.x[np.isfinite(trial.x)]
    return float(x.max() - x.min()) if x.size else 0.0


def calm(trial: Trial) -> bool:
    """Whether the arithmetic is harmless: a wrong formula shows nothing but itself."""
    finite = bool(np.isfinite(trial.x).all())
    full = trial.dtype not in ("float16", "bfloat16")
    small = trial.x.size == 0 or float(abs(trial.x).max()) <= NEAR_ZERO
    return finite and full and small and spread(trial) <= CALM
