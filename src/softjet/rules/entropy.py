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
from ._stable import (
    centred,
    dot,
    floored,
    log_of_sum,
    partition,
    probabilities,
    times,
    total,
)

Kept = tuple[Array, Array]


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    row = partition(xp, x)
    y = probabilities(xp, row)
    log_y = row.d + (row.e - log_of_sum(xp, row))
    # C(l) = C(d): the differences of logits have no digits to lose to the partition
    # function, which is large beside them where the row is nearly uniform.
    # Below exp(-1e4) there is no probability to weigh them: any number will do.
    alive = row.d > -1e4
    d = xp.where(alive, row.d, -1e4 * xp.ones_like(y))
    h = centred(xp, y, d, xp.where(alive, row.e, xp.zeros_like(y)))
    return total(xp, times(xp, y, -log_y))[..., 0], (y, h)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    y, h = kept
    # The gradient sums to 0, so the seed may be centred: its offset must not be felt.
    seed = _log_softmax.pushforward(xp, y, x_dot)
    return -dot(xp, y * h, seed)[..., 0]


def pullback(xp: Any, kept: Kept, entropy_bar: Array) -> Array:
    y, h = kept
    return -entropy_bar[..., None] * (y * h)


def curvature(xp: Any, kept: Kept, x_dot: Array, entropy_bar: Array) -> Array:
    y, h = kept
    third = _softmax.curvature(xp, y, x_dot, h)
    return -entropy_bar[..., None] * (third + _softmax.pushforward(xp, y, x_dot))


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, h = floored(xp, kept[0]), kept[1]
    if mode == "value":
        return dot(xp, y, -xp.log(y))[..., 0] + total(xp, floored(xp, 0 * y))[..., 0]
    pull = _softmax.size(xp, "pullback", y, h)
    if mode == "pullback":
        return abs(seeds[0])[..., None] * floored(xp, pull)
    if mode == "pushforward":
        seed = _log_softmax.size(xp, "pushforward", y, seeds[0])
        return dot(xp, pull, seed)[..., 0]
    once = _softmax.size(xp, "pushforward", y, seeds[0])
    twice = _softmax.size(xp, "curvature", y, seeds[0], h)
    return abs(seeds[1])[..., None] * floored(xp, once + twice)


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
        "value": Bound(units=8),
        "pushforward": Bound(units=16),
        "pullback": Bound(units=12),
        "curvature": Bound(units=16),
    },
    edges=Edges(empty=0.0),
    options=("axis", "temperature", "where", "keepdims", "out"),
    laws=frozenset(
        {
            "shift-invariance",
            "permutation",
            "entropy-range",
            "kills-constants",
            "duplication",
        }
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
