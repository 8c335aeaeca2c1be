"""Cross-entropy and binary cross-entropy: a loss, and its gradient to the logits.

    L = sum_nk w_nk (-log y_nk),    grad = y sum_k w - w

with w the targets after smoothing, class weights and the mean over rows, so one formula
serves ids, probabilities and every reduction; with "none" the rows stay apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import RULES

from .. import bounds
from . import rows
from ._case import Case

Array = Any
Answer = tuple[Array, Array]


def answer(case: Case, piece: str) -> Answer:
    loss, gradient = _by_rows(case) if case.kind == "cross_entropy" else _by_entry(case)
    if piece == "value":
        return _reduced(case, loss)
    if piece in ("gradient", "composed") and case.options.get("to") != "probs":
        return gradient
    if piece in ("gradient", "composed"):
        return to_probabilities(case)
    if piece == "jvp":
        want, size = (part * s for part, s in zip(gradient, _seeds(case), strict=True))
        return _reduced(case, (want, size))
    if piece == "second":
        return _hessian_product(case)
    g = np.asarray(case.seed)
    g = g if g.ndim == 0 or g.ndim == 2 else g[:, None]
    return gradient[0] * g, gradient[1] * abs(g)


def softened(case: Case) -> Array:
    """The probabilities: what a backward that takes y is handed."""
    if case.kind == "cross_entropy":
        return rows.softmax(case)
    return np.asarray(RULES["sigmoid"].value(np, case.x)[0])


def to_probabilities(case: Case) -> Answer:
    """-w / p; of two classes (p - t) / (p (1 - p))."""
    p, w = softened(case), _weights(case)
    if case.kind == "cross_entropy":
        want, b = -w / p, bounds.of_rows(case.at_unit_temperature, len(p))
        return want, abs(want) * b
    t, scale = w
    want = scale * (p - t) / (p * (1 - p))
    size = scale * (p + t) / (p * (1 - p)) / np.minimum(p, 1 - p)
    return want, size * bounds.of_entries(case.x)


def _weights(case: Case) -> Any:
    assert case.weights is not None
    return case.weights


def _seeds(case: Case) -> tuple[Array, Array]:
    return case.seed, abs(np.asarray(case.seed))


def _by_rows(case: Case) -> tuple[Answer, Answer]:
    w, t = _weights(case), case.temperature
    with np.errstate(all="ignore"):
        log_y = RULES["log_softmax"].value(np, case.scaled)[0]
        terms = np.where(w == 0, 0.0, -w * log_y)
    y, mass = rows.softmax(case), w.sum(-1, keepdims=True)
    b = bounds.of_rows(case.at_unit_temperature, len(w))
    gradient = (y * mass - w) / t, (y * mass + w) / t * b
    return (terms, w * b + abs(terms)), gradient


def _by_entry(case: Case) -> tuple[Answer, Answer]:
    t, scale = _weights(case)
    y, b = softened(case), bounds.of_entries(case.x) + case.x.size
    loss = np.asarray(RULES["binary_cross_entropy"].value(np, case.x, t)[0])
    # y - t directly loses its digits where they meet; the rule's pullback does not.
    kept = RULES["binary_cross_entropy"].value(np, case.x, t)[1]
    slope = RULES["binary_cross_entropy"].pullback(np, kept, np.ones_like(y))
    one = np.ones_like(y)
    return (loss * scale, one * scale * b), (slope * scale, one * scale * b)


def _reduced(case: Case, parts: Answer) -> Answer:
    want, size = parts
    if case.options.get("reduction") != "none":
        return np.asarray(want.sum()), np.asarray(size.sum())
    if case.kind == "binary_cross_entropy":
        return want, size
    return want.sum(-1), size.sum(-1)


def _hessian_product(case: Case) -> Answer:
    g = np.asarray(case.seed)
    g = g if g.ndim == 0 or g.ndim == 2 else g[:, None]
    v = case.x_dot
    assert v is not None
    if case.kind == "binary_cross_entropy":
        scale = g * _weights(case)[1]
        bend = RULES["sigmoid"].pushforward(
            np, RULES["sigmoid"].value(np, case.x)[1], v
        )
        return scale * bend, abs(scale * v) * (bounds.of_entries(case.x) + case.x.size)
    y, t = rows.softmax(case), case.temperature
    mass = g * _weights(case).sum(-1, keepdims=True)
    push = RULES["softmax"].pushforward(np, y, v)
    size = y * (abs(v) + (y * abs(v)).sum(-1, keepdims=True))
    b = bounds.of_rows(case.at_unit_temperature, len(y))
    return mass * push / t**2, abs(mass) * size * b / t**2
