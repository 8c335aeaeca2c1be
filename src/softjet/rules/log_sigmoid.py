"""Log-sigmoid: the log of one logit's probability beside 0.

y     = log sigmoid(x) = min(x, 0) - log1p(e^-|x|) value
y_dot = n x_dot,   n = sigmoid(-x)                 pushforward
x_bar = n y_bar                                    pullback
v     = -s n x_dot y_bar,   s = sigmoid(x)         curvature
"""

from __future__ import annotations

from typing import Any

from . import softplus as _softplus
from ._rule import Array, Bound, Edges, Rule

Kept = tuple[Array, Array, Array]


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    minus_y, kept = _softplus.value(xp, -x)
    return -minus_y, kept


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    return _softplus.pushforward(xp, kept, x_dot)


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    return -_softplus.curvature(xp, kept, x_dot, y_bar)


def jacobian(xp: Any, kept: Kept) -> Array:
    return _softplus.jacobian(xp, kept)


def recall(xp: Any, y: Array) -> Kept:
    return _softplus.recall(xp, -y)


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    return _softplus.size(xp, mode, kept, *seeds)


rule = Rule(
    name="log_sigmoid",
    maps="entries",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    recall=recall,
    size=size,
    bounds={
        "value": Bound(ulps=2),
        "pushforward": Bound(units=8),
        "pullback": Bound(units=8),
        "curvature": Bound(units=12),
    },
    edges=Edges(empty=float("-inf"), infinite=0.0),
    codomain=(float("-inf"), 0.0),
    options=("out",),
    laws=frozenset(
        {
            "odd-part",
            "monotone",
            "self-adjoint",
            "positive-semidefinite",
        }
    ),
    formula=__doc__ or "",
    summary="Log-probability of one logit beside 0: y = log(1 / (1 + exp(-x))).",
    source="log_softmax of [x, 0], first entry.",
    see_also={
        "sigmoid": "the probability itself",
        "binary_cross_entropy": "minus this at the target's sign",
    },
    example=""">>> sj.log_sigmoid(np.array([40.0, -1000.0]))
array([-4.24835426e-18, -1.00000000e+03])""",
)
