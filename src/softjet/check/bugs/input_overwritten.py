"""The caller's array is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ._bug import Bug, Sight

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = (
    "softmax log_softmax logsumexp sigmoid log_sigmoid softplus relu "
    "cross_entropy binary_cross_entropy attention"
)
FACTS = {"input-changed", "seed-changed", "targets-changed", "y-changed"}


def overwritten(trials: Sequence[Trial]) -> bool:
    return any(FACTS & trial.facts for trial in trials)


BUG = Bug(
    code="SJ025",
    name="input overwritten",
    line="x -= x.max(axis=-1, keepdims=True)",
    looks_right_when="the array is not used again",
    symptom="The logits change under the caller; a second call, or the layer below, "
    "computes with other numbers.",
    why="-=, /=, [...] = and out= write into the array that was handed in. Its owner "
    "still needs it: the layer below for its gradient, say.",
    tell="The input before and after the call is not the same.",
    mended="Make a new array: x = x - x.max(...); or copy first.",
    sources=("github.com/linkedin/Liger-Kernel/issues/272",),
    sight=Sight(overwritten, KINDS, "value vjp jvp jacobian gradient composed second"),
)
