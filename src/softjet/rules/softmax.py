"""Softmax: logits become probabilities.

    y_i   = exp(x_i) / sum_j exp(x_j)                  value
    y_dot = y * (x_dot - <y, x_dot>)                   pushforward
    x_bar = y * (y_bar - <y, y_bar>)                   pullback: J is symmetric
    v     = y * C(C(x_dot) C(y_bar)),  C(g) = g - <y, g>    curvature
    J_ij  = d_ij y_i - y_i y_j                         J 1 = 0

The derivatives read only y, so y is all that need be kept.
"""

from __future__ import annotations

from typing import Any

from ._rule import Array, Bound, Edges, Rule
from ._stable import centred, dot, floored, others, partition, probabilities, weighed


def value(xp: Any, x: Array) -> tuple[Array, Array]:
    y = probabilities(xp, partition(xp, x))
    return y, y


def pushforward(xp: Any, y: Array, x_dot: Array) -> Array:
    return y * centred(xp, y, x_dot)


pullback = pushforward  # J is symmetric, so one map serves both directions.


def curvature(xp: Any, y: Array, x_dot: Array, y_bar: Array) -> Array:
    a, b = centred(xp, y, x_dot), centred(xp, y, y_bar)
    return y * (a * b - dot(xp, y, a * b))


def jacobian(xp: Any, y: Array) -> tuple[Array, Array, Array]:
    # The diagonal as y_j times the sum of the others: y_j (1 - y_j) is 0 too early.
    return y * others(xp, y), y, y


def size(xp: Any, mode: str, y: Array, *seeds: Array) -> Array:
    y = floored(xp, y)
    if mode == "value":
        return y
    h = [abs(centred(xp, y, seed)) for seed in seeds]
    spread = [g + weighed(xp, y, g) for g in h]
    if mode == "curvature":
        return y * (spread[0] * spread[1] + weighed(xp, y, h[0] * h[1]))
    return y * spread[0]


rule = Rule(
    name="softmax",
    maps="rows",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    recall=lambda xp, y: y,
    size=size,
    bounds={
        "value": Bound(ulps=3),
        "pushforward": Bound(units=6),
        "pullback": Bound(units=6),
        "curvature": Bound(units=8),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, 1.0),
    options=("axis", "temperature", "sink", "where", "out"),
    laws=frozenset(
        {
            "simplex",
            "shift-invariance",
            "permutation",
            "duplication",
            "kills-constants",
            "self-adjoint",
            "positive-semidefinite",
            "monotone",
        }
    ),
    formula=__doc__ or "",
    summary="Probabilities from logits: y_i = exp(x_i / T) / sum_j exp(x_j / T).",
    source='Bridle (1990), "Probabilistic interpretation of feedforward classification '
    'network outputs".',
    see_also={
        "log_softmax": "the same before exponentiation; small ones stay apart",
        "logsumexp": "the potential whose gradient this is",
    },
    example=""">>> y = sj.softmax(np.log([1.0, 3.0]))
>>> y.round(12)
array([0.25, 0.75])
>>> sj.softmax.pullback(y, np.array([1.0, 0.0])).round(12)
array([ 0.1875, -0.1875])""",
)
