"""Softplus: the logsumexp of [x, 0].

    y     = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)   value
    y_dot = s x_dot,   s = sigmoid(x)                  pushforward
    x_bar = s y_bar                                    pullback
    v     = s n x_dot y_bar,   n = sigmoid(-x)         curvature

No threshold: beyond one, softplus is not x but x + e^-x (1.9e-9 at 20).
"""

from __future__ import annotations

from typing import Any

from ._rule import Array, Bound, Edges, Rule
from ._stable import floored
from .sigmoid import both_sides

Kept = tuple[Array, Array, Array]


def value_at(xp: Any, x: Array) -> Array:
    """max(x, 0) + log1p(e^-|x|): both terms positive, so nothing cancels."""
    return xp.where(x >= 0, x, xp.zeros_like(x)) + xp.log1p(xp.exp(-abs(x)))


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    y = value_at(xp, x)
    return y, (y, *both_sides(xp, x))


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    _, s, _ = kept
    return s * x_dot


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    _, s, n = kept
    return s * n * x_dot * y_bar


def jacobian(xp: Any, kept: Kept) -> Array:
    return kept[1]


def recall(xp: Any, y: Array) -> Kept:
    return y, -xp.expm1(-y), xp.exp(-y)


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, s, n = (floored(xp, part) for part in kept)
    if mode == "value":
        return y
    if mode == "curvature":
        return s * n * abs(seeds[0] * seeds[1])
    return s * abs(seeds[0])


rule = Rule(
    name="softplus",
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
    edges=Edges(empty=0.0, infinite=float("inf")),
    codomain=(0.0, float("inf")),
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
    summary="Logsumexp of one logit and 0: y = log(1 + exp(x)), entry by entry.",
    source='Dugas et al. (2001), "Incorporating second-order functional knowledge for '
    'better option pricing".',
    see_also={
        "logsumexp": "the same for any number of logits",
        "log_sigmoid": "minus this, at -x",
    },
    example=""">>> float(sj.softplus(np.float64(20.1)))
20.10000000186501
>>> sj.softplus.jvp(np.array([0.0]), np.array([2.0]))
(array([0.69314718]), array([1.]))""",
)
