"""Relu: what is negative is put to 0.

    y     = max(x, 0)            value
    y_dot = s x_dot              pushforward:  s = 1 where x > 0, and 0 elsewhere
    x_bar = s y_bar              pullback: J is diagonal
    v     = 0                    curvature: the pieces are straight

At the kink, x = 0, the derivative is 0 by convention, the one from the left: a unit
that puts out nothing learns nothing.  (The subgradients there are all of [0, 1].)  For
the same reason curvature is 0 at the kink, where there is none.
"""

from __future__ import annotations

from typing import Any

from softjet.rules import Bound, Edges, Rule

Array = Any


def value(xp: Any, x: Array) -> tuple[Array, Array]:
    # By comparisons with <=, so that NaN, which is neither, stays NaN in both.
    slope = xp.where(x <= 0, xp.zeros_like(x), xp.where(x > 0, xp.ones_like(x), x))
    return xp.where(x <= 0, xp.zeros_like(x), x), slope


def pushforward(xp: Any, slope: Array, x_dot: Array) -> Array:
    return slope * x_dot


pullback = pushforward  # J is diagonal, so one map serves both directions.


def curvature(xp: Any, slope: Array, x_dot: Array, y_bar: Array) -> Array:
    return 0 * slope * x_dot * y_bar


def jacobian(xp: Any, slope: Array) -> Array:
    return slope


def size(xp: Any, mode: str, slope: Array, *seeds: Array) -> Array:
    """Nothing is rounded: a derivative is its seed or 0."""
    return xp.zeros_like(slope)


rule = Rule(
    name="relu",
    maps="entries",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    # y > 0 exactly where x > 0.
    recall=lambda xp, y: value(xp, y)[1],
    size=size,
    bounds={
        "value": Bound(),
        "pushforward": Bound(),
        "pullback": Bound(),
        "curvature": Bound(),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, float("inf")),
    options=("out",),
    laws=frozenset({"odd-part", "self-adjoint", "positive-semidefinite"}),
    formula=__doc__ or "",
    summary="The positive part: y = max(x, 0), entry by entry; derivative 0 at 0.",
    source='Fukushima (1969), "Visual feature extraction by a multilayered network of '
    'analog threshold elements".',
    see_also={"softplus": "the same without the kink: log(1 + exp(x))"},
    example=""">>> from softjet.learn.layers import relu
>>> y, kept = relu.value(np, np.array([-1.0, 0.0, 2.0]))
>>> relu.pullback(np, kept, np.array([3.0, 3.0, 3.0]))
array([0., 0., 3.])""",
)
