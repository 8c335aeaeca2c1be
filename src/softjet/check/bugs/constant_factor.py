"""Right but for one constant, on every input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._close import calm

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = (
    "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu "
    "cross_entropy binary_cross_entropy attention"
)
PIECES = "value vjp jvp jacobian gradient composed second"


def one_ratio(trials: Sequence[Trial]) -> bool:
    """Whether got is one number times want, on all wrong trials and none is right."""
    told = [trial for trial in trials if trial.informative.any()]
    quiet = [trial for trial in told if calm(trial)]
    if len(quiet) < 2 or any(t.got is None for t in quiet):
        return False
    ratios = np.concatenate([_ratios(trial) for trial in quiet])
    same = np.allclose(ratios, np.median(ratios), rtol=1e-4, atol=0)
    return bool(same and abs(np.median(ratios) - 1) > 1e-3)


def _ratios(trial: Trial) -> np.ndarray:
    assert trial.got is not None
    large = abs(trial.want) > 1e3 * trial.allowed
    with np.errstate(all="ignore"):
        return np.asarray((trial.got / trial.want)[large]).ravel()


BUG = Bug(
    code="SJ030",
    name="constant factor",
    line="dx = 2 * y * (dy - np.sum(y * dy, axis=-1, keepdims=True))",
    looks_right_when="only directions or the predicted class are looked at",
    symptom="As a wrong learning rate; pieces that other pieces rely on are off.",
    why="Everything is right but for one number: a 2 or a 1/2 of a squared error, a "
    "base "
    "of a logarithm, a learning rate that slipped in.",
    tell="got / right is one constant, on every probe.",
    mended="Take the factor out, or bring the missing one in; the ratio says which.",
    sources=(
        "github.com/markroxor/fromscratchtoml/issues/65 (off by a factor of two)",
    ),
    sight=Sight(one_ratio, KINDS, PIECES),
)
