"""Entropy of softmax(x), in nats.

    H     = -<y, l>,   y = softmax(x), l = log_softmax(x)    value
    H_dot = -<y C(l), x_dot>,   C(g) = g - <y, g>      pushforward
    x_bar = -H_bar y * C(l)                            pullback
    v     = -H_bar (y * C(C(x_dot) C(l)) + y * C(x_dot))     curvature

C(l) = l + H.  A class without probability contributes 0 to every line: 0 log 0 = 0.
"""

from __future__ import annotations

from typing import Any

from . import log_softmax as _log_softmax
from . import softmax as _softmax
from ._rule import Array, Bound, Edges, Rule
from ._stable import dot, times, total

Kept = tuple[Array, Array]


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    log_y, y = _log_softmax.value(xp, x)
    log_y = xp.where(y > 0, log_y, xp.zeros_like(log_y))
    return total(xp, times(xp, y, -log_y))[..., 0], (y, log_y)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    y, log_y = kept
    # The gradient sums to 0, so the seed may be centred: its offset must not be felt.
    seed = _log_softmax.pushforward(xp, y, x_dot)
    return -dot(xp, _softmax.pushforward(xp, y, log_y), seed)[..., 0]


def pullback(xp: Any, kept: Kept, entropy_bar: Array) -> Array:
    y, log_y = kept
    return -entropy_bar[..., None] * _softmax.pullback(xp, y, log_y)


def curvature(xp: Any, kept: Kept, x_dot: Array, entropy_bar: Array) -> Array:
    y, log_y = kept
    third = _softmax.curvature(xp, y, x_dot, log_y)
    return -entropy_bar[..., None] * (third + _softmax.pushforward(xp, y, x_dot))


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, log_y = kept
    if mode == "value":
        return dot(xp, y, -log_y)[..., 0]
    if mode == "pullback":
        slope = _softmax.size(xp, "pullback", y, log_y)
        return abs(seeds[0])[..., None] * slope
    once = _softmax.size(xp, "pushforward", y, seeds[0])
    if mode == "pushforward":
        seed = _log_softmax.size(xp, "pushforward", y, seeds[0])
        return dot(xp, _softmax.size(xp, "pullback", y, log_y), seed)[..., 0]
    twice = _softmax.size(xp, "curvature", y, seeds[0], log_y)
    return abs(seeds[1])[..., None] * (once + twice)


rule = Rule(
    name="entropy",
    maps="numbers",
    primals=("logits",),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(ulps=6),
        "pushforward": Bound(units=16),
        "pullback": Bound(units=12),
        "curvature": Bound(units=16),
    },
    edges=Edges(empty=0.0),
    options=("axis", "temperature", "where", "keepdims", "out"),
    laws=frozenset(
        {"shift-invariance", "permutation", "entropy-range", "kills-constants"}
    ),
    formula=__doc__ or "",
    summary="Entropy of the softmax of logits, in nats: H = -sum_j y_j log y_j.",
    source='Shannon (1948), "A mathematical theory of communication".',
    see_also={
        "kl_divergence": "how far one distribution is from another",
        "cross_entropy": "the entropy plus the divergence of the targets",
    },
    example=""">>> bool(sj.entropy(np.zeros(4)) == np.log(4))
True
>>> sj.entropy.grad(np.array([1.0, 2.0, 4.0])).round(6)
array([ 0.111141,  0.187917, -0.299058])""",
)
