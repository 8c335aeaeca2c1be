"""Log-softmax: log-probabilities, exact next to 0 as well.

    l_i   = x_i - log sum_j exp(x_j) = d_i - log1p(tail),   d_i = x_i - max x
    l_dot = x_dot - <y, x_dot>,   y = softmax(x)       pushforward
    x_bar = l_bar - y sum(l_bar)                       pullback
    v     = -sum(l_bar) y * (x_dot - <y, x_dot>)       curvature
    J_ij  = d_ij - y_j                                 J 1 = 0, not symmetric

Never x - logsumexp(x): for a confident row both are large and their difference is not.
"""

from __future__ import annotations

from typing import Any

from . import softmax as _softmax
from ._rule import Array, Bound, Edges, Rule
from ._stable import (
    centred,
    floored,
    largest,
    log_of_sum,
    others,
    partition,
    probabilities,
    total,
    weighed,
)


def value(xp: Any, x: Array) -> tuple[Array, Array]:
    row = partition(xp, x)
    log_y = row.d + (row.e - log_of_sum(xp, row))
    return log_y, probabilities(xp, row)


def pushforward(xp: Any, y: Array, x_dot: Array) -> Array:
    return centred(xp, y, x_dot)


def pullback(xp: Any, y: Array, l_bar: Array) -> Array:
    # At the largest entry l_bar (1 - y) - y sum(others): 1 - y as the sum of the other
    # probabilities, since l_bar - y sum(l_bar) is 0 there once y rounds to 1.
    top = largest(xp, y)
    rest = total(xp, xp.where(top, xp.zeros_like(l_bar), l_bar))
    at_top = l_bar * others(xp, y) - y * rest
    return xp.where(top, at_top, l_bar - y * total(xp, l_bar))


def curvature(xp: Any, y: Array, x_dot: Array, l_bar: Array) -> Array:
    return -total(xp, l_bar) * _softmax.pushforward(xp, y, x_dot)


def jacobian(xp: Any, y: Array) -> tuple[Array, Array, Array]:
    return others(xp, y), xp.ones_like(y), y


def size(xp: Any, mode: str, y: Array, *seeds: Array) -> Array:
    y = floored(xp, y)
    if mode == "value":
        # Near 0 the value is minus the tail, a sum of K numbers that may each be
        # below the smallest normal one: half a smallest subnormal of error apiece.
        return y.shape[-1] * floored(xp, xp.zeros_like(y))
    if mode == "pushforward":
        h = abs(centred(xp, y, seeds[0]))
        return h + weighed(xp, y, h)
    mass = abs(seeds[-1])
    if mode == "pullback":
        return mass * others(xp, y) + y * (total(xp, mass) - mass)
    once = floored(xp, _softmax.size(xp, "pushforward", y, seeds[0]))
    return total(xp, mass) * once


rule = Rule(
    name="log_softmax",
    maps="rows",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    jacobian=jacobian,
    recall=lambda xp, log_y: xp.exp(log_y),
    size=size,
    bounds={
        "value": Bound(ulps=3, units=1),
        "pushforward": Bound(units=6),
        "pullback": Bound(units=6),
        "curvature": Bound(units=8),
    },
    edges=Edges(empty=float("-inf")),
    codomain=(float("-inf"), 0.0),
    options=("axis", "temperature", "sink", "where", "out"),
    laws=frozenset(
        {
            "simplex",
            "shift-invariance",
            "permutation",
            "duplication",
            "kills-constants",
            "monotone",
        }
    ),
    formula=__doc__ or "",
    summary="Log-probabilities from logits: l_i = x_i / T - log sum_j exp(x_j / T).",
    source="Blanchard, Higham, Higham (2021), "
    '"Accurately computing the log-sum-exp and softmax functions".',
    see_also={
        "softmax": "the probabilities themselves",
        "cross_entropy": "minus the mean of these at the targets",
    },
    example=""">>> sj.log_softmax(np.array([0.0, -40.0]))
array([-4.24835426e-18, -4.00000000e+01])""",
)
