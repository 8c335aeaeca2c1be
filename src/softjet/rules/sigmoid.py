"""Sigmoid: the softmax of [x, 0], first entry.

    y     = 1 / (1 + exp(-x)) = e^x / (1 + e^x)        value: the form without overflow
    y_dot = y n x_dot,   n = 1 - y = sigmoid(-x)       pushforward
    x_bar = y n y_bar                                  pullback
    v     = y n (n - y) x_dot y_bar                    curvature

n is kept beside y: 1 - y has no digits left once y rounds to 1.
"""

from __future__ import annotations

from typing import Any

from ._rule import Array, Bound, Edges, Rule
from ._stable import floored

Kept = tuple[Array, Array]


def both_sides(xp: Any, x: Array) -> Kept:
    """sigmoid(x) and sigmoid(-x), each to a few u relative."""
    small = xp.exp(-abs(x))
    divisor = 1 + small
    lost = small - (divisor - 1)  # exact: 1 >= small
    near, far = 1 / divisor, small / divisor
    near, far = near - near * (lost / divisor), far - far * (lost / divisor)
    positive = x >= 0
    return xp.where(positive, near, far), xp.where(positive, far, near)


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    y, n = both_sides(xp, x)
    return y, (y, n)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    y, n = kept
    return y * n * x_dot


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    y, n = kept
    return y * n * (n - y) * x_dot * y_bar


def jacobian(xp: Any, kept: Kept) -> Array:
    y, n = kept
    return y * n


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, n = (floored(xp, side) for side in kept)
    if mode == "value":
        return y
    product = y * n * abs(seeds[0])
    return product * abs(seeds[1]) if mode == "curvature" else product


rule = Rule(
    name="sigmoid",
    maps="entries",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    recall=lambda xp, y: (y, 1 - y),
    size=size,
    bounds={
        "value": Bound(ulps=2),
        "pushforward": Bound(units=8),
        "pullback": Bound(units=8),
        "curvature": Bound(units=12),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, 1.0),
    options=("out",),
    laws=frozenset(
        {
            "two-classes",
            "monotone",
            "self-adjoint",
            "positive-semidefinite",
        }
    ),
    formula=__doc__ or "",
    summary="Probability of one logit beside 0: y = 1 / (1 + exp(-x)), entry by entry.",
    source="The logistic function (Verhulst 1845).",
    see_also={
        "softmax": "the same for any number of classes",
        "log_sigmoid": "its logarithm, exact where y is 0 or 1",
    },
    example=""">>> sj.sigmoid(np.array([0.0, -40.0]))
array([5.00000000e-01, 4.24835426e-18])""",
)
