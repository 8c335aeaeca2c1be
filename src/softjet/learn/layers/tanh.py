"""Tanh: a sigmoid between -1 and 1, tanh(x) = 2 sigmoid(2 x) - 1.

    y     = (e^x - e^-x) / (e^x + e^-x)                value
    y_dot = s x_dot,   s = 1 - y^2                     pushforward
    x_bar = s y_bar                                    pullback: J is diagonal
    v     = -2 y s x_dot y_bar                         curvature

s is kept beside y, as 4 e^(-2|x|) / (1 + e^(-2|x|))^2: 1 - y^2 has no digits left once
y rounds to 1, and a unit that is only nearly saturated would count as dead.
"""

from __future__ import annotations

from typing import Any

from softjet.rules import Bound, Edges, Rule

Array = Any
Kept = tuple[Array, Array]


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    y, small = xp.tanh(x), xp.exp(-2 * abs(x))
    return y, (y, 4 * small / (1 + small) ** 2)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    return kept[1] * x_dot


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    y, slope = kept
    return -2 * y * slope * x_dot * y_bar


def jacobian(xp: Any, kept: Kept) -> Array:
    return kept[1]


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, slope = kept
    if mode == "value":
        return abs(y)
    # Below the smallest normal number a slope is off by up to one smallest subnormal,
    # which a seed multiplies.
    tiny = float(xp.finfo(slope.dtype).smallest_normal)
    product = xp.where(slope < tiny, tiny * xp.ones_like(slope), slope) * abs(seeds[0])
    return 2 * product * abs(seeds[1]) if mode == "curvature" else product


rule = Rule(
    name="tanh",
    maps="entries",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    size=size,
    bounds={
        "value": Bound(ulps=4),
        "pushforward": Bound(units=8),
        "pullback": Bound(units=8),
        "curvature": Bound(units=12),
    },
    edges=Edges(empty=-1.0),
    codomain=(-1.0, 1.0),
    options=("out",),
    laws=frozenset({"monotone", "self-adjoint", "positive-semidefinite"}),
    formula=__doc__ or "",
    summary="The hyperbolic tangent: y = 2 sigmoid(2 x) - 1, entry by entry.",
    source="Riccati (1757); as a unit of networks, Rumelhart, Hinton, Williams (1986).",
    see_also={"sigmoid": "the same between 0 and 1"},
    example=""">>> from softjet.learn.layers import tanh
>>> y, kept = tanh.value(np, np.array([0.0, 20.0]))
>>> tanh.pullback(np, kept, np.array([1.0, 1.0]))
array([1.0000000e+00, 1.6993417e-17])""",
)
