"""The causal mask is one place off, upside down, or not there."""

from __future__ import annotations

import numpy as np

from ._attention_parts import AttentionParts
from ._bug import Bug
from ._form import Form
from ._parts import Array, softmax


def shifted(by: int) -> Form:
    def attended(p: AttentionParts) -> Array | None:
        if not p.causal:
            return None
        scores = np.where(p.triangle(by), p.scale * p.bare, -np.inf)
        weights = softmax(scores)
        return p.attended(np.nan_to_num(weights) if by < 0 else weights)

    return Form(attended, "attention", "value vjp jvp")


def nan_rows(p: AttentionParts) -> Array | None:
    if not p.causal:
        return None
    scores = np.where(p.triangle(-1), p.scale * p.bare, -np.inf)
    return p.attended(softmax(scores))


def upside_down(p: AttentionParts) -> Array | None:
    if not p.causal:
        return None
    scores = np.where(p.triangle(-1), -np.inf, p.scale * p.bare)
    return p.attended(softmax(scores))


def strictly_upside_down(p: AttentionParts) -> Array | None:
    if not p.causal:
        return None
    scores = np.where(p.triangle(), -np.inf, p.scale * p.bare)
    return p.attended(np.nan_to_num(softmax(scores)))


def none(p: AttentionParts) -> Array | None:
    return p.attended(softmax(p.scale * p.bare)) if p.causal else None


BUG = Bug(
    code="SJ082",
    name="causal mask off by one",
    line="mask = np.tril(np.ones((T, T)), k=1)",
    looks_right_when="the loss looks too good: the next token is visible",
    symptom="k=1: it predicts perfectly in training and fails in use. k=-1: the first "
    "row is NaN. Upside down: it sees the future alone.",
    why="A query sees the keys up to its own place: the diagonal belongs to it, the "
    "entries above do not.",
    tell="Changing a later key changes an earlier output; the first output must be "
    "v[0].",
    mended="np.tril(np.ones((T, T)), k=0) marks what is seen; the rest gets -inf.",
    sources=("github.com/pytorch/pytorch/issues/108108 (which corner it starts from)",),
    forms=(
        shifted(1),
        shifted(-1),
        Form(nan_rows, "attention", "value vjp jvp"),
        Form(upside_down, "attention", "value vjp jvp"),
        Form(strictly_upside_down, "attention", "value vjp jvp"),
        Form(none, "attention", "value vjp jvp"),
    ),
)
