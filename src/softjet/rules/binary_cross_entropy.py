"""Binary cross-entropy of a target t in [0, 1] and sigmoid(z), from the logit z.

    L     = (1 - t) z + softplus(-z)   where z >= 0    value: no term is negative,
          = -t z + softplus(z)         where z < 0            so nothing cancels
    L_dot = (s - t) z_dot,   s = sigmoid(z)            pushforward
    z_bar = (s - t) L_bar                              pullback
    v     = s n z_dot L_bar,   n = sigmoid(-z)         curvature

s - t is computed as (1 - t) s - t n: exact where t is 0 or 1.
"""

from __future__ import annotations

from typing import Any

from ._rule import Array, Bound, Edges, Rule
from ._stable import floored, times
from .sigmoid import both_sides
from .softplus import value_at

Kept = tuple[Array, Array, Array, Array]


def value(xp: Any, z: Array, t: Array) -> tuple[Array, Kept]:
    weight = xp.where(z >= 0, 1 - t, t)
    loss = times(xp, weight, abs(z)) + value_at(xp, -abs(z))
    s, n = both_sides(xp, z)
    return loss, (loss, s, n, t)


def pushforward(xp: Any, kept: Kept, z_dot: Array) -> Array:
    _, s, n, t = kept
    return ((1 - t) * s - t * n) * z_dot


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, kept: Kept, z_dot: Array, loss_bar: Array) -> Array:
    _, s, n, _ = kept
    return s * n * z_dot * loss_bar


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    loss, s, n = (floored(xp, part) for part in kept[:3])
    t = kept[3]
    if mode == "value":
        return loss
    if mode == "curvature":
        return s * n * abs(seeds[0] * seeds[1])
    return ((1 - t) * s + t * n) * abs(seeds[0])


rule = Rule(
    name="binary_cross_entropy",
    maps="entries",
    primals=("logits",),
    given=("targets",),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    # 2 ulp where t is 0 or 1; tests/test_accuracy.py holds those entries to it.
    bounds={
        "value": Bound(ulps=4),
        "pushforward": Bound(units=8),
        "pullback": Bound(units=8),
        "curvature": Bound(units=12),
    },
    edges=Edges(empty=0.0),
    options=("reduction", "where"),
    laws=frozenset({"labels-sum-to-one", "self-adjoint", "positive-semidefinite"}),
    formula=__doc__ or "",
    summary="Binary cross-entropy of targets and sigmoid(logits), entry by entry.",
    source='Cox (1958), "The regression analysis of binary sequences".',
    see_also={
        "cross_entropy": "more than two classes",
        "log_sigmoid": "minus the loss at t = 1",
    },
    example=""">>> float(sj.binary_cross_entropy(np.array([-40.0]), np.array([0])))
4.248354255291589e-18""",
)
