"""Hardmax: all mass on the largest logit, the limit of softmax(x / T) as T goes to 0.

    y_i   = 1 / n at the n largest entries, else 0     value: ties share
    y_dot = 0,   x_bar = 0,   v = 0                    its derivatives

Away from ties it is constant, so its derivatives are 0.  At a tie it jumps and has
none; there 0 is the convention, as for a step.
"""

from __future__ import annotations

from typing import Any

from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import total


def value(xp: Any, x: Array) -> tuple[Array, Array]:
    top = x == xp.max(x, axis=-1, keepdims=True)
    ones = xp.where(top, xp.ones_like(x), xp.zeros_like(x))
    y = ones / total(xp, ones)
    return y, y


def pushforward(xp: Any, y: Array, x_dot: Array) -> Array:
    return xp.zeros_like(y)


pullback = pushforward


def curvature(xp: Any, y: Array, x_dot: Array, y_bar: Array) -> Array:
    return xp.zeros_like(y)


def jacobian(xp: Any, y: Array) -> tuple[Array, Array, Array]:
    zero = xp.zeros_like(y)
    return zero, zero, zero


def size(xp: Any, mode: str, y: Array, *seeds: Array) -> Array:
    return y if mode == "value" else xp.zeros_like(y)


rule = Rule(
    name="hardmax",
    maps="rows",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    size=size,
    bounds={
        "value": Bound(ulps=1),
        "pushforward": Bound(units=1),
        "pullback": Bound(units=1),
        "curvature": Bound(units=1),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, 1.0),
    options=("axis", "where", "out"),
    laws=frozenset(
        {
            "simplex",
            "shift-invariance",
            "permutation",
            "kills-constants",
            "self-adjoint",
            "positive-semidefinite",
            "monotone",
        }
    ),
    formula=__doc__ or "",
    summary="All mass on the largest logit; equal shares where several are largest.",
    source="ONNX operator Hardmax, which gives all to the first of equals; here they "
    "share, so that the order of classes does not matter.",
    see_also={"softmax": "its smooth version: hardmax is the limit of low temperature"},
    example=""">>> from softjet import alternatives
>>> alternatives.hardmax(np.array([1.0, 3.0, 3.0]))
array([0. , 0.5, 0.5])""",
)
