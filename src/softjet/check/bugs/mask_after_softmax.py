"""The mask is applied to the probabilities, which then do not sum to 1."""

from __future__ import annotations

import numpy as np

from ._attention_parts import AttentionParts
from ._bug import Bug, Sight
from ._form import Form
from ._masked import cut_off, seen
from ._parts import Array, Parts, pulled, softmax


def _mask(p: Parts) -> Array:
    mask = p.told.get("mask")
    return mask if mask is not None else np.isfinite(p.x)


def value(p: Parts) -> Array | None:
    raw = np.where(np.isneginf(p.x), 0.0, p.x) / p.T
    return softmax(raw) * _mask(p)


def pullback(p: Parts) -> Array | None:
    y = softmax(p.x / p.T)
    return _mask(p) * pulled(y, p.g)


def plus_infinity(p: Parts) -> Array | None:
    if p.told.get("mask") is None:
        return None  # a logit that was handed over as -inf had its sign
    return softmax(np.where(_mask(p), p.x / p.T, np.inf))


def attended(p: AttentionParts) -> Array:
    return p.attended(softmax(p.scale * p.bare) * p.live)


BUG = Bug(
    code="SJ022",
    name="mask applied after the softmax",
    line="p = softmax(scores) * mask",
    looks_right_when="nothing is masked",
    symptom="Rows sum to less than 1, the more is masked the less; with +inf by a "
    "minus "
    "too many, NaN.",
    why="The masked scores still took part in the sum of exponentials. A mask must "
    "take "
    "entries out before the softmax.",
    tell="Rows with masked entries do not sum to 1, and a masked score changes them.",
    mended="Mask the scores: softmax(np.where(mask, scores, -np.inf)).",
    sources=("github.com/lucidrains/memory-compressed-attention/issues/2",),
    forms=(
        Form(attended, "attention", "value vjp jvp"),
        Form(value, "softmax", "value", ranged=True),
        Form(pullback, "softmax", "vjp jvp", ranged=True),
        Form(plus_infinity, "softmax", "value", ranged=True),
    ),
    sight=Sight(seen(cut_off), "softmax", "value"),
)
