"""Squared error of outputs y and targets t: the loss that came before cross-entropy.

    L     = |y - t|^2 / 2                    value, one number a row
    L_dot = <y - t, y_dot>                   pushforward
    y_bar = L_bar (y - t)                    pullback
    v     = L_bar y_dot                      curvature: hess L = 1

On probabilities y = softmax(z) it is half the Brier score, and z_bar = J (y - t).  The
cross-entropy's z_bar is y - t itself; the J between them is nearly 0 where the row is
sure of itself, right or wrong (softjet.learn.experiments.losses shows it).
"""

from __future__ import annotations

from typing import Any

from softjet.rules import Bound, Edges, Rule

Array = Any


def value(xp: Any, y: Array, t: Array) -> tuple[Array, Array]:
    d = y - t
    return xp.sum(d * d, axis=-1) / 2, d


def pushforward(xp: Any, d: Array, y_dot: Array) -> Array:
    return xp.sum(d * y_dot, axis=-1)


def pullback(xp: Any, d: Array, loss_bar: Array) -> Array:
    return loss_bar[..., None] * d


def curvature(xp: Any, d: Array, y_dot: Array, loss_bar: Array) -> Array:
    return loss_bar[..., None] * y_dot


def size(xp: Any, mode: str, d: Array, *seeds: Array) -> Array:
    """One rounding in d, one in each product, K in the sum of K of them."""
    terms = d.shape[-1] + 2
    if mode == "value":
        return terms * xp.sum(d * d, axis=-1) / 2
    if mode == "pushforward":
        return terms * xp.sum(abs(d * seeds[0]), axis=-1)
    return abs(pullback(xp, d if mode == "pullback" else seeds[0], seeds[-1]))


rule = Rule(
    name="squared_error",
    maps="numbers",
    primals=("y",),
    given=("targets",),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(units=1),
        "pushforward": Bound(units=1),
        "pullback": Bound(units=2),
        "curvature": Bound(units=1),
    },
    edges=Edges(empty=0.0),
    laws=frozenset(),
    formula=__doc__ or "",
    summary="Half the squared distance of outputs and targets: L = |y - t|^2 / 2.",
    source='Brier (1950), "Verification of forecasts expressed in terms of '
    'probability".',
    see_also={"cross_entropy": "the loss whose gradient does not vanish with J"},
)
