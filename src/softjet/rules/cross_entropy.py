"""Cross-entropy of target weights t and softmax(x).

    L     = -<t, l>,   l = log_softmax(x)              value
    L_dot = -<t, x_dot - <y, x_dot>>,  y = softmax(x)  pushforward
    x_bar = L_bar (y sum(t) - t)                       pullback
    v     = L_bar sum(t) y * (x_dot - <y, x_dot>)      curvature: hess L = sum(t) J

t holds class weights of any sum: a one-hot row for a class id, smoothed or weighted
rows otherwise.  Weight 0 contributes 0, also where l is -inf.
"""

from __future__ import annotations

from typing import Any

from . import log_softmax as _log_softmax
from . import softmax as _softmax
from ._rule import Array, Bound, Edges, Rule
from ._stable import dot, extended_total, floored, times, total

Kept = tuple[Array, Array]


def value(xp: Any, x: Array, t: Array) -> tuple[Array, Kept]:
    log_y, y = _log_softmax.value(xp, x)
    return extended_total(xp, times(xp, t, -log_y))[..., 0], (y, t)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    y, t = kept
    return -dot(xp, t, _log_softmax.pushforward(xp, y, x_dot))[..., 0]


def pullback(xp: Any, kept: Kept, loss_bar: Array) -> Array:
    y, t = kept
    return -loss_bar[..., None] * _log_softmax.pullback(xp, y, t)


def curvature(xp: Any, kept: Kept, x_dot: Array, loss_bar: Array) -> Array:
    y, t = kept
    mass = loss_bar[..., None] * total(xp, t)
    return mass * _softmax.pushforward(xp, y, x_dot)


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, t = floored(xp, kept[0]), kept[1]
    if mode == "value":
        return dot(xp, t, _log_softmax.size(xp, "value", y))[..., 0]
    if mode == "pushforward":
        return dot(xp, t, _log_softmax.size(xp, "pushforward", y, seeds[0]))[..., 0]
    scale = abs(seeds[-1])[..., None]
    if mode == "pullback":
        return scale * floored(xp, _log_softmax.size(xp, "pullback", y, t))
    once = floored(xp, _softmax.size(xp, "pushforward", y, seeds[0]))
    return scale * total(xp, t) * once


rule = Rule(
    name="cross_entropy",
    maps="numbers",
    primals=("logits",),
    given=("targets",),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(ulps=4, units=1),
        "pushforward": Bound(units=8),
        "pullback": Bound(ulps=4, units=4),
        "curvature": Bound(units=8),
    },
    edges=Edges(empty=0.0),
    options=(
        "axis",
        "reduction",
        "label_smoothing",
        "weight",
        "ignore_index",
        "temperature",
        "where",
    ),
    laws=frozenset(
        {
            "labels-sum-to-one",
            "shift-invariance",
            "permutation",
            "kills-constants",
            "positive-semidefinite",
            "duplication",
        }
    ),
    formula=__doc__ or "",
    summary="Cross-entropy of targets and the softmax of logits: L = -<t, log y>.",
    source='Bridle (1990), "Training stochastic model recognition algorithms as '
    'networks can lead to maximum mutual information estimation of parameters".',
    see_also={
        "log_softmax": "its entries, for every class",
        "binary_cross_entropy": "two classes, one logit",
        "kl_divergence": "the same less the entropy of the targets, from their logits",
    },
    example=""">>> logits = np.array([[2.0, 0.0, -1.0], [0.0, 40.0, 0.0]])
>>> loss, grad = sj.cross_entropy.value_and_grad(logits, np.array([0, 1]))
>>> float(loss.round(9))
0.08492301
>>> grad[1]
array([ 2.12417713e-18, -4.24835426e-18,  2.12417713e-18])""",
)
