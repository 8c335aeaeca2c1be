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

from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import dot, total

Kept = tuple[Array, Array]


def value(xp: Any, y: Array, t: Array) -> tuple[Array, Kept]:
    live = y > -xp.inf
    d = xp.where(live, y - t, xp.zeros_like(y))
    return total(xp, d * d)[..., 0] / 2, (d, abs(xp.where(live, y, d)) + abs(t))


def pushforward(xp: Any, kept: Kept, y_dot: Array) -> Array:
    return dot(xp, kept[0], y_dot)[..., 0]


def pullback(xp: Any, kept: Kept, loss_bar: Array) -> Array:
    return loss_bar[..., None] * kept[0]


def curvature(xp: Any, kept: Kept, y_dot: Array, loss_bar: Array) -> Array:
    return loss_bar[..., None] * y_dot


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    d = kept[0]
    if mode == "value":
        return total(xp, d * d)[..., 0] / 2
    if mode == "pushforward":
        return dot(xp, abs(d), abs(seeds[0]))[..., 0]
    return abs(pullback(xp, kept if mode == "pullback" else seeds[:1], seeds[-1]))


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
        "value": Bound(units=4),
        "pushforward": Bound(units=4),
        "pullback": Bound(units=3),
        "curvature": Bound(units=2),
    },
    edges=Edges(empty=0.0),
    options=("axis", "reduction", "where"),
    laws=frozenset({"permutation", "positive-semidefinite"}),
    formula=__doc__ or "",
    summary="Half the squared distance of outputs and targets: L = |y - t|^2 / 2.",
    source="Legendre (1805), on the orbits of comets: the method of least squares.",
    see_also={
        "cross_entropy": "the loss whose gradient does not vanish with J",
        "brier_score": "the same, not halved, of the softmax of logits",
    },
    example=""">>> from softjet import alternatives
>>> y, t = np.array([[0.9, 0.1]]), np.array([[1.0, 0.0]])
>>> loss, grad = alternatives.squared_error.value_and_grad(y, t)
>>> float(loss.round(12)), grad.round(12)
(0.01, array([[-0.1,  0.1]]))""",
)
