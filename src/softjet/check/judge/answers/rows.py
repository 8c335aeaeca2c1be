"""softmax, log_softmax and logsumexp by their rules, and the terms they consist of."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import RULES

from .. import bounds
from ._case import Case

Array = Any
Answer = tuple[Array, Array]


def answer(case: Case, piece: str) -> Answer:
    with np.errstate(all="ignore"):
        want, size = _ANSWERS[piece](case)
    b = bounds.of_rows(case.at_unit_temperature)
    size = size * b.reshape(b.shape[0], *[1] * (want.ndim - 1))
    return want, _unjudged(case, piece, size)


def _unjudged(case: Case, piece: str, size: Array) -> Array:
    """Rows without an answer, and dead entries whose derivative is a convention."""
    size[case.dead_rows] = np.inf
    if case.kind == "log_softmax" and piece != "value":
        if size.ndim == 2:
            size[case.dead] = np.inf
        else:
            size[case.dead] = np.inf
            size.swapaxes(-1, -2)[case.dead] = np.inf
    return size


def softmax(case: Case) -> Array:
    with np.errstate(all="ignore"):
        return RULES["softmax"].value(np, case.scaled)[0]


def _value(case: Case) -> Answer:
    want = np.asarray(RULES[case.kind].value(np, case.scaled)[0])
    if case.kind == "softmax":
        return want, want.copy()
    return want, np.ones_like(want)


def _derivative(case: Case, mode: str, seed: Array) -> Array:
    rule = RULES[case.kind]
    kept = rule.value(np, case.scaled)[1]
    return np.asarray(getattr(rule, mode)(np, kept, seed)) / case.temperature


def _live(case: Case, seed: Array | None) -> Array:
    assert seed is not None
    return np.where(case.dead, 0.0, seed) if seed.ndim == 2 else seed


def _vjp(case: Case) -> Answer:
    g = _live(case, case.seed)
    want, y, a = _derivative(case, "pullback", g), softmax(case), abs(g)
    if case.kind == "logsumexp":
        return want, a[:, None] * y / case.temperature
    if case.kind == "softmax":
        return want, y * (a + _dot(y, a)) / case.temperature
    return want, (a + y * a.sum(-1, keepdims=True)) / case.temperature


def _jvp(case: Case) -> Answer:
    v = _live(case, case.seed)
    want, y, a = _derivative(case, "pushforward", v), softmax(case), abs(v)
    mean = _dot(y, a)
    if case.kind == "logsumexp":
        return want, mean[:, 0] / case.temperature
    factor = y if case.kind == "softmax" else 1.0
    return want, factor * (a + mean) / case.temperature


def _jacobian(case: Case) -> Answer:
    y, one = softmax(case), np.eye(case.x.shape[-1])
    if case.kind == "logsumexp":
        return y / case.temperature, y / case.temperature
    # want[n, i, j] = d y_i / d x_j, by pushing the unit vectors forward.
    columns = [
        _derivative(case, "pushforward", np.where(case.dead, 0.0, e)) for e in one
    ]
    want = np.stack(columns, -1)
    left = y[:, :, None] if case.kind == "softmax" else 1.0
    size = left * (one + y[:, None, :]) + 0.0 * want
    return want, size / case.temperature


def _second(case: Case) -> Answer:
    rule, t = RULES[case.kind], case.temperature
    kept = rule.value(np, case.scaled)[1]
    a, g = _live(case, case.x_dot), _live(case, case.seed)
    want = rule.curvature(np, kept, a, g) / t**2
    y, a, g = softmax(case), abs(a), abs(g)
    if case.kind == "softmax":
        return want, y * (a + _dot(y, a)) * (g + _dot(y, g)) / t**2
    total = g.sum(-1, keepdims=True) if g.ndim == 2 else g[:, None]
    return want, total * y * (a + _dot(y, a)) / t**2


def _dot(y: Array, a: Array) -> Array:
    return (y * a).sum(-1, keepdims=True)


_ANSWERS = {
    "value": _value,
    "vjp": _vjp,
    "jvp": _jvp,
    "jacobian": _jacobian,
    "second": _second,
}
