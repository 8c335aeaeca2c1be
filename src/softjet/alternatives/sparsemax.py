"""Sparsemax: the point of the simplex that is nearest to the logits.

    y_i   = max(x_i - tau, 0),   tau such that sum y = 1     value
    y_dot = s * (x_dot - mean of x_dot over S)               pushforward
    x_bar = s * (y_bar - mean of y_bar over S)               pullback: J is symmetric
    v     = 0                                                curvature
    J     = diag(s) - s s^T / n                              J 1 = 0

S = {i : y_i > 0} is the support, n its size, s its indicator.  The function is linear
wherever the support stays what it is, so the curvature is 0 there; where an entry just
enters (x_i = tau) it has a kink, and the derivative is the one of the side on which the
entry is out.
"""

from __future__ import annotations

from typing import Any

from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import centred, partition, total


def value(xp: Any, x: Array) -> tuple[Array, Array]:
    row = partition(xp, x)
    # No entry that is 1 below the largest is in the support: -2 stands for them all.
    z = row.d + row.e
    z = xp.where(z > -2, z, -2 * xp.ones_like(z))
    tau = _threshold(xp, z, z > _first_threshold(xp, z))
    y = z - tau
    y = xp.where(y > 0, y, xp.zeros_like(y))
    return y, xp.where(y > 0, xp.ones_like(y), xp.zeros_like(y))


def _threshold(xp: Any, z: Array, support: Array) -> Array:
    """tau = (sum over the support - 1) / n."""
    zero = xp.zeros_like(z)
    count = total(xp, xp.where(support, xp.ones_like(z), zero))
    return (total(xp, xp.where(support, z, zero)) - 1) / count


def _first_threshold(xp: Any, z: Array) -> Array:
    """tau by sorting: the n largest are in while 1 + n z_(n) > z_(1) + ... + z_(n)."""
    falling = -xp.sort(-z, axis=-1)
    rank = xp.cumulative_sum(xp.ones_like(z), axis=-1)
    inside = 1 + rank * falling > xp.cumulative_sum(falling, axis=-1)
    return _threshold(xp, falling, inside)


def pushforward(xp: Any, s: Array, x_dot: Array) -> Array:
    return s * centred(xp, s / total(xp, s), x_dot)


pullback = pushforward  # J is symmetric, so one map serves both directions.


def curvature(xp: Any, s: Array, x_dot: Array, y_bar: Array) -> Array:
    return xp.zeros_like(s)


def jacobian(xp: Any, s: Array) -> tuple[Array, Array, Array]:
    count = total(xp, s)
    return s * ((count - 1) / count), s, s / count


def size(xp: Any, mode: str, s: Array, *seeds: Array) -> Array:
    if mode == "value":
        # Logits within 1 of the largest, and a threshold made of them.
        return xp.ones_like(s)
    if mode == "curvature":
        return xp.zeros_like(s)
    share = s / total(xp, s)
    h = abs(centred(xp, share, seeds[0]))
    return s * (h + total(xp, share * h))


rule = Rule(
    name="sparsemax",
    maps="rows",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    size=size,
    bounds={
        "value": Bound(units=4),
        "pushforward": Bound(units=6),
        "pullback": Bound(units=6),
        "curvature": Bound(units=1),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, 1.0),
    options=("axis", "temperature", "where", "out"),
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
    summary="The nearest point of the simplex: y_i = max(x_i / T - tau, 0), sum y = 1.",
    source='Martins and Astudillo (2016), "From softmax to sparsemax: a sparse model '
    'of attention and multi-label classification".',
    see_also={"softmax": "the same with an entropy for the squared distance"},
    example=""">>> from softjet import alternatives
>>> alternatives.sparsemax(np.array([0.5, 0.25, -1.0]))
array([0.625, 0.375, 0.   ])""",
)
