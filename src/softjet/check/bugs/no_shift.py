"""exp of the logits as they are: it overflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._attention_parts import AttentionParts
from ._bug import Bug, Sight
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, pulled, summed

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = "softmax log_softmax logsumexp cross_entropy sigmoid attention"
LARGEST = {"float16": 11.0, "float32": 88.7, "bfloat16": 88.7}


def value(p: Parts) -> Array:
    e = np.exp(p.native)
    return e / summed(e)


def log_value(p: Parts) -> Array:
    return p.native - np.log(summed(np.exp(p.native)))


def lse(p: Parts) -> Array:
    return np.log(np.exp(p.native).sum(-1))


def lse_pullback(p: Parts) -> Array:
    return p.column * value(p)


def pullback(p: Parts) -> Array | None:
    return None if p.takes == "y" else pulled(value(p), p.g)


def logistic(p: Parts) -> Array:
    return np.exp(p.native) / (1 + np.exp(p.native))


def loss(p: LossParts) -> Array | None:
    if p.piece == "value":
        logs = log_value(p)
        return p.reduced(-np.where(p.a == 0, 0.0, p.a * logs).sum(-1), p.D)
    return p.slope(value(p) * summed(p.a) - p.a, p.D)


def attended(p: AttentionParts) -> Array:
    e = np.exp(p.masked(p.scale * p.bare).astype(p.trial.dtype))
    return p.attended(e / summed(e))


def overflows(trials: Sequence[Trial]) -> bool:
    """Whether no number came exactly where exp(x) is none."""
    wrong = [trial for trial in trials if trial.wrong]
    return bool(wrong) and all(
        _no_number(trial, LARGEST.get(trial.dtype, 709.0)) for trial in wrong
    )


def _no_number(trial: Trial, largest: float) -> bool:
    """NaN or infinity; Python's own numbers raise there, and where all exp are 0."""
    over = bool((trial.x > largest).any())
    if trial.got is not None:
        return over and not np.isfinite(trial.got).all()
    raised = (trial.raised or "").partition(":")[0]
    under = bool((trial.x.max(-1) < -largest).any()) if trial.x.ndim == 2 else False
    return (raised, True) in (("OverflowError", over), ("ZeroDivisionError", under))


BUG = Bug(
    code="SJ009",
    name="no shift before the exponential",
    line="e = np.exp(x); y = e / e.sum(axis=-1, keepdims=True)",
    looks_right_when="logits are small: below 709 in float64, 88 in float32, 11 in "
    "float16",
    symptom="overflow encountered in exp, and NaN (inf / inf).",
    why="Softmax does not change when a constant is added to a row, but exp does: it "
    "overflows long before the answer leaves the range.",
    tell="x + 1000 gives another answer than x.",
    mended="Subtract the row's largest first: np.exp(x - x.max(axis=-1, "
    "keepdims=True)).",
    sources=(
        "stackoverflow.com/questions/34968722",
        "github.com/pytorch/pytorch/pull/62897",
        "github.com/openvinotoolkit/openvino/issues/32839",
    ),
    forms=(
        Form(value, "softmax", "value", ranged=True),
        Form(log_value, "log_softmax", "value", ranged=True),
        Form(lse, "logsumexp", "value", ranged=True),
        Form(lse_pullback, "logsumexp", "vjp jacobian", ranged=True),
        Form(pullback, "softmax", "vjp jvp", ranged=True),
        Form(logistic, "sigmoid", "value", ranged=True),
        Form(loss, "cross_entropy", "value gradient", ranged=True),
        Form(attended, "attention", "value vjp jvp", ranged=True),
    ),
    sight=Sight(overflows, KINDS, "value vjp jvp jacobian gradient"),
)
