"""sigmoid, log_sigmoid, softplus and relu: entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import RULES

from .. import bounds
from ._case import Case

Array = Any
Answer = tuple[Array, Array]


def answer(case: Case, piece: str) -> Answer:
    x, one = case.x, np.ones_like(case.x)
    with np.errstate(all="ignore"):
        if piece == "value":
            want, size = value(case.kind, x), one
        elif piece == "second":
            assert case.seed is not None
            assert case.x_dot is not None
            want = case.x_dot * case.seed * _bend(case.kind, x)
            size = abs(case.x_dot * case.seed)
        else:
            seed = one if piece == "jacobian" or case.seed is None else case.seed
            want, size = seed * slope(case.kind, x), abs(seed)
    # Nothing is rounded in relu: an answer is an input, or 0.
    b = bounds.of_entries(x) * (case.kind != "relu")
    return want, size * b


def value(kind: str, x: Array) -> Array:
    if kind == "relu":
        return np.maximum(x, 0.0)
    return np.asarray(RULES[kind].value(np, x)[0])


def slope(kind: str, x: Array) -> Array:
    if kind == "relu":
        return np.where(x > 0, 1.0, 0.0)
    rule = RULES[kind]
    return np.asarray(rule.pushforward(np, rule.value(np, x)[1], np.ones_like(x)))


def _bend(kind: str, x: Array) -> Array:
    """The second derivative."""
    if kind == "relu":
        return np.zeros_like(x)
    rule, one = RULES[kind], np.ones_like(x)
    return np.asarray(rule.curvature(np, rule.value(np, x)[1], one, one))
