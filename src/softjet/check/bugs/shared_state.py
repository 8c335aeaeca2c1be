"""What the forward kept is overwritten by the next forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = (
    "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu "
    "cross_entropy binary_cross_entropy attention"
)
FACTS = {"state-shared", "not-repeatable"}


def shared(trials: Sequence[Trial]) -> bool:
    """Another answer to the same call, or one answer to two different calls."""
    return any(FACTS & trial.facts for trial in trials) or _stale(trials)


def _stale(trials: Sequence[Trial]) -> bool:
    told = [t for t in trials if t.got is not None and np.size(t.got) > 1]
    return any(
        one.wrong
        and one.piece == two.piece
        and np.array_equal(np.asarray(one.got), np.asarray(two.got))
        and np.shape(one.x) == np.shape(two.x)
        and not np.allclose(_centred(one), _centred(two))
        and np.ptp(np.asarray(one.got)) > 0
        for one in told
        for two in told
    )


def _centred(trial: Trial) -> Array:
    """The logits without a common offset, which is allowed to change nothing."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(trial.x - trial.x.max(-1, keepdims=True))


BUG = Bug(
    code="SJ051",
    name="state shared between calls",
    line="class Softmax: cache = {}   # one dictionary for all instances",
    looks_right_when="every forward is followed by its own backward at once",
    symptom="A layer that is used twice gets the gradients of its last use; the same "
    "call gives another answer.",
    why="The backward reads what the last forward kept. A default argument, a class "
    "attribute or a buffer that is reused is one place for all of them.",
    tell="The same call gives another answer after a call with other numbers.",
    mended="Keep what a backward needs with its own forward: return it, or keep it on "
    "the instance and make an instance a use.",
    sources=("docs.python-guide.org/writing/gotchas (mutable default arguments)",),
    sight=Sight(shared, KINDS, "value vjp jvp jacobian gradient composed second"),
)
