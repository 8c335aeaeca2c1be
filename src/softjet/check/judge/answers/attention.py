"""Attention with everything stored: o = softmax(scale q k^T) v, and its pullback.

    S = scale q k^T      P = softmax(S), -inf above the diagonal where it is causal
    dS = P (o_bar v^T - <P, o_bar v^T>)
    q_bar = scale dS k     k_bar = scale dS^T q     v_bar = P^T o_bar

A score is a product of E terms, E u |q||k| off, and exp magnifies that; it is added to
the row's own K + range + |logsumexp|.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import RULES

from .. import bounds
from ._case import Case

Array = Any
Answer = tuple[Array, Array]


def answer(case: Case, piece: str) -> Answer:
    q, k, v = case.x, case.options["k"], case.options["v"]
    scale = scale_of(case)
    scores = _masked(case, scale * q @ _turned(k))
    softmax = RULES["softmax"]
    P = softmax.value(np, scores)[0]
    b = bounds.of_rows(scores) + _of_scores(q, k, scale)
    if piece == "value":
        return P @ v, b * (P @ abs(v))
    o_bar = np.asarray(case.seed)
    if case.options["of"] == "v":
        return _turned(P) @ o_bar, _turned(P) @ (b * abs(o_bar))
    bar, size = o_bar @ _turned(v), abs(o_bar) @ abs(_turned(v))
    dS = scale * softmax.pullback(np, P, bar)
    reach = scale * P * (size + (P * size).sum(-1, keepdims=True)) * (b + v.shape[-1])
    if case.options["of"] == "q":
        return dS @ k, reach @ abs(k)
    return _turned(dS) @ q, _turned(reach) @ abs(q)


def scale_of(case: Case) -> float:
    scale = case.options.get("scale")
    return case.x.shape[-1] ** -0.5 if scale is None else float(scale)


def _masked(case: Case, scores: Array) -> Array:
    if not case.options.get("causal"):
        return scores
    seen = np.tril(np.ones(scores.shape[-2:], bool))
    return np.where(seen, scores, -np.inf)


def _of_scores(q: Array, k: Array, scale: float) -> Array:
    products = scale * (abs(q) @ abs(_turned(k)))
    return (q.shape[-1] + 2) * products.max(-1, keepdims=True)


def _turned(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)
