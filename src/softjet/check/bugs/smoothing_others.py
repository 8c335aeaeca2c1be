"""Smoothing spread over K - 1 classes, or not spread at all."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def _loss(p: LossParts, t: Array) -> Array | None:
    return p.loss(p.weight * t * p.live) if p.epsilon else None


def others(p: LossParts) -> Array | None:
    e, t = p.epsilon, p.hot
    return _loss(p, (1 - e) * t + e / (p.K - 1) * (1 - t))


def over_k_less_one(p: LossParts) -> Array | None:
    return _loss(p, (1 - p.epsilon) * p.hot + p.epsilon / (p.K - 1))


def whole(p: LossParts) -> Array | None:
    return _loss(p, (1 - p.epsilon) * p.hot + p.epsilon)


def whole_by_rows(p: LossParts) -> Array | None:
    a = p.weight * ((1 - p.epsilon) * p.hot + p.epsilon) * p.live
    return p.loss(a, p.live.sum()) if p.epsilon else None


def added(p: LossParts) -> Array | None:
    return _loss(p, p.hot + p.epsilon / p.K)


def added_by_rows(p: LossParts) -> Array | None:
    a = p.weight * (p.hot + p.epsilon / p.K) * p.live
    return p.loss(a, p.live.sum()) if p.epsilon else None


def where_zero(p: LossParts) -> Array | None:
    e = p.epsilon
    return _loss(p, np.where(p.hot > 0, 1 - e, e / p.K))


def where_zero_by_rows(p: LossParts) -> Array | None:
    a = p.weight * np.where(p.hot > 0, 1 - p.epsilon, p.epsilon / p.K) * p.live
    return p.loss(a, p.live.sum()) if p.epsilon else None


def taken_off(p: LossParts) -> Array | None:
    a = p.weight * (1 - p.epsilon) * p.hot
    return p.loss(a, p.live.sum()) if p.epsilon else None


BUG = Bug(
    code="SJ056",
    name="smoothing spread over the other classes",
    line="t = (1 - eps) * t + eps / (K - 1) * (1 - t)",
    looks_right_when="K is large, or eps is 0",
    symptom="Another loss than the frameworks', in the second or third digit.",
    why="Label smoothing mixes the target with the uniform distribution over all K "
    "classes, the label's own too: (1 - eps) t + eps / K. Other shares are another "
    "loss, or do not sum to 1.",
    tell="The label's target is 1 - eps, not 1 - eps + eps / K.",
    mended="t = (1 - eps) * t + eps / K.",
    sources=(
        "arxiv.org/abs/1512.00567, section 7",
        "github.com/pytorch/pytorch/issues/104776",
    ),
    forms=tuple(
        Form(f, "cross_entropy", "value gradient vjp jvp")
        for f in (
            others,
            over_k_less_one,
            whole,
            whole_by_rows,
            added,
            added_by_rows,
            where_zero,
            where_zero_by_rows,
            taken_off,
        )
    ),
)
