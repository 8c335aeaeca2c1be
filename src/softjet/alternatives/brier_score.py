"""Brier score: the squared distance of softmax(x) and the targets.

    B     = |p - t|^2,   p = softmax(x)                value, one number a row
    B_dot = 2 <J (p - t), x_dot>                       pushforward
    x_bar = 2 B_bar J (p - t)                          pullback
    v     = 2 B_bar (curvature of softmax at x_dot, p - t  +  J J x_dot)

J is softmax's Jacobian: the gradient of cross-entropy, p - t, goes through it once
more, and little is left of it where the row is sure of itself, right or wrong.
"""

from __future__ import annotations

from typing import Any

from ..rules import log_softmax as _log_softmax
from ..rules import softmax as _softmax
from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import dot, floored, others, total, weighed

Kept = tuple[Array, Array, Array]


def value(xp: Any, x: Array, t: Array) -> tuple[Array, Kept]:
    p, _ = _softmax.value(xp, x)
    # At a whole label p - 1 has no digits left where p is nearly 1.
    d = xp.where(t == 1, -others(xp, p), p - t)
    return total(xp, d * d)[..., 0], (p, d, p + abs(t))


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    p, d, _ = kept
    # J d sums to 0, so the seed may be centred: its offset must not be felt.
    seed = _log_softmax.pushforward(xp, p, x_dot)
    return 2 * dot(xp, _softmax.pullback(xp, p, d), seed)[..., 0]


def pullback(xp: Any, kept: Kept, loss_bar: Array) -> Array:
    p, d, _ = kept
    return 2 * loss_bar[..., None] * _softmax.pullback(xp, p, d)


def curvature(xp: Any, kept: Kept, x_dot: Array, loss_bar: Array) -> Array:
    p, d, _ = kept
    once = _softmax.pushforward(xp, p, x_dot)
    bent = _softmax.curvature(xp, p, x_dot, d) + _softmax.pushforward(xp, p, once)
    return 2 * loss_bar[..., None] * bent


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    p, d, terms = kept
    y = floored(xp, p)
    if mode == "value":
        return dot(xp, abs(d), terms)[..., 0]
    spread = terms + weighed(xp, y, terms)
    if mode == "pullback":
        return 2 * abs(seeds[0])[..., None] * floored(xp, y * spread)
    h = _log_softmax.size(xp, "pushforward", p, seeds[0])
    if mode == "pushforward":
        return 2 * dot(xp, floored(xp, y * spread), h)[..., 0]
    once = y * h
    bent = y * (h * spread + weighed(xp, y, h * spread))
    twice = y * (once + weighed(xp, y, once))
    return 2 * abs(seeds[1])[..., None] * floored(xp, bent + twice)


rule = Rule(
    name="brier_score",
    maps="numbers",
    primals=("logits",),
    given=("targets",),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(units=8),
        "pushforward": Bound(units=12),
        "pullback": Bound(units=8),
        "curvature": Bound(units=16),
    },
    edges=Edges(empty=0.0),
    options=("axis", "reduction", "temperature", "where"),
    laws=frozenset({"shift-invariance", "permutation", "kills-constants"}),
    formula=__doc__ or "",
    summary="Squared distance of the softmax of logits and the targets: B = |p - t|^2.",
    source='Brier (1950), "Verification of forecasts expressed in terms of '
    'probability".',
    see_also={
        "cross_entropy": "the loss whose gradient does not vanish with J",
        "squared_error": "half of it, of any outputs",
    },
    example=""">>> from softjet import alternatives
>>> logits = np.log([[3.0, 1.0]])
>>> score, grad = alternatives.brier_score.value_and_grad(logits, np.array([0]))
>>> float(score.round(12)), grad.round(12)
(0.125, array([[-0.1875,  0.1875]]))""",
)
