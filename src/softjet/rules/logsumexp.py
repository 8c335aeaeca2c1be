"""Logsumexp: the potential; softmax is its gradient.

f     = log sum_j exp(x_j) = m + log sum_j exp(x_j - m),   m = max_j x_j
f_dot = <y, x_dot>,   y = softmax(x)               pushforward
x_bar = f_bar y                                    pullback
v     = f_bar y * (x_dot - <y, x_dot>)             curvature: hess f = J of softmax
"""

from __future__ import annotations

from typing import Any

from . import softmax as _softmax
from ._rule import Array, Bound, Edges, Rule
from ._stable import dot, floored, log_of_sum, partition, probabilities


def value(xp: Any, x: Array) -> tuple[Array, tuple[Array, Array]]:
    row = partition(xp, x)
    f = row.m + log_of_sum(xp, row)
    # The potential is kept beside y for the error model alone: near 0 the bound is
    # absolute, in units of the largest logit.
    return f[..., 0], (probabilities(xp, row), row.m[..., 0])


def pushforward(xp: Any, kept: tuple[Array, Array], x_dot: Array) -> Array:
    return dot(xp, kept[0], x_dot)[..., 0]


def pullback(xp: Any, kept: tuple[Array, Array], f_bar: Array) -> Array:
    return f_bar[..., None] * kept[0]


def curvature(xp: Any, kept: tuple[Array, Array], x_dot: Array, f_bar: Array) -> Array:
    return f_bar[..., None] * _softmax.pushforward(xp, kept[0], x_dot)


def size(xp: Any, mode: str, kept: tuple[Array, Array], *seeds: Array) -> Array:
    y, m = floored(xp, kept[0]), kept[1]
    if mode == "value":
        return xp.where(abs(m) > 1, abs(m), xp.ones_like(m))
    if mode == "pushforward":
        return dot(xp, y, abs(seeds[0]))[..., 0]
    if mode == "pullback":
        return abs(seeds[0])[..., None] * y
    once = floored(xp, _softmax.size(xp, "pushforward", y, seeds[0]))
    return abs(seeds[1])[..., None] * once


rule = Rule(
    name="logsumexp",
    maps="numbers",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(ulps=3, units=2),
        "pushforward": Bound(units=6),
        "pullback": Bound(units=6),
        "curvature": Bound(units=8),
    },
    edges=Edges(empty=float("-inf"), infinite=float("inf")),
    options=("axis", "temperature", "sink", "where", "keepdims", "out"),
    laws=frozenset(
        {
            "shift-covariance",
            "permutation",
            "duplication",
            "gradient-sums-to-one",
            "positive-semidefinite",
        }
    ),
    formula=__doc__ or "",
    summary="The log of the partition function: f = log sum_j exp(x_j / T).",
    source="Blanchard, Higham, Higham (2021), "
    '"Accurately computing the log-sum-exp and softmax functions".',
    see_also={
        "softmax": "its gradient",
        "softplus": "the same for one logit beside 0",
    },
    example=""">>> bool(sj.logsumexp(np.array([1000.0, 1000.0])) == 1000 + np.log(2))
True
>>> sj.logsumexp.grad(np.log([1.0, 3.0])).round(12)
array([0.25, 0.75])""",
)
