"""Spherical softmax: shares of the squares.

    y_i   = x_i^2 / S,   S = sum_j x_j^2               value
    y_dot = (2 x / S) * (x_dot - x <x, x_dot> / S)     pushforward
    x_bar = (2 x / S) * C(y_bar),  C(g) = g - <y, g>   pullback
    v     = (2 / S) ((x_dot - 2 a x) C(y_bar) - x <y_dot, C(y_bar)>)
            a = <x, x_dot> / S                         curvature

It feels neither the scale of the logits (it takes no temperature) nor their signs, but
a shift of them: [0, 1, 2] and [100, 101, 102] are not the same to it.  Where all are 0
the formula is 0 / 0: the entries share equally, with derivative 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import centred, dot, total

# Squares beyond these overflow or lose digits: only then are the logits scaled.
LARGE, SMALL = 1e140, 1e-140


class Kept(NamedTuple):
    """x = unit t; all of t is 0 where the row is."""

    t: Array
    S: Array  # sum t^2, or 1 where that is 0
    y: Array
    unit: Array
    moves: Array  # 1, or 0 for a row of zeros


def value(xp: Any, x: Array) -> tuple[Array, Kept]:
    zero = xp.zeros_like(x)
    live = x > -xp.inf
    x = xp.where(live, x, zero)
    most = xp.max(abs(x), axis=-1, keepdims=True)
    fits = ((most < LARGE) & (most > SMALL)) | (most == 0)
    unit = xp.where(fits, xp.ones_like(most), most)
    t = x / unit
    S = total(xp, t * t)
    nothing = S == 0
    S = xp.where(nothing, xp.ones_like(S), S)
    share = xp.where(live, xp.ones_like(t), zero)
    y = xp.where(nothing, share / total(xp, share), t * t / S)
    moves = xp.where(nothing, xp.zeros_like(S), xp.ones_like(S))
    return y, Kept(t, S, y, unit, moves)


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    t, S, _, unit, _ = kept
    return 2 * t / S * (x_dot - t * (dot(xp, t, x_dot) / S)) / unit


def pullback(xp: Any, kept: Kept, y_bar: Array) -> Array:
    t, S, y, unit, _ = kept
    return 2 * t / S * centred(xp, y, y_bar) / unit


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    t, S, y, unit, moves = kept
    c, a = moves * centred(xp, y, y_bar), dot(xp, t, x_dot) / S
    mean = dot(xp, 2 * t / S * (x_dot - a * t), c)
    return 2 / S * ((x_dot - 2 * a * t) * c - t * mean) / unit / unit


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    t, S, y, unit, moves = kept
    if mode == "value":
        return y
    slope = 2 * abs(t) / S / unit
    h = abs(centred(xp, y, seeds[-1]))
    h = h + dot(xp, y, h)
    if mode == "pullback":
        return slope * h
    g = abs(seeds[0])
    a = dot(xp, abs(t), g) / S
    if mode == "pushforward":
        return slope * (g + abs(t) * a)
    mean = dot(xp, 2 * abs(t) / S * (g + abs(t) * a), h)
    return moves * 2 / S * ((g + 2 * a * abs(t)) * h + abs(t) * mean) / unit / unit


rule = Rule(
    name="spherical_softmax",
    maps="rows",
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(ulps=3),
        "pushforward": Bound(units=8),
        "pullback": Bound(units=8),
        "curvature": Bound(units=12),
    },
    edges=Edges(empty=0.0),
    codomain=(0.0, 1.0),
    options=("axis", "where", "out"),
    laws=frozenset({"simplex", "permutation"}),
    formula=__doc__ or "",
    summary="Shares of the squared logits: y_i = x_i^2 / sum_j x_j^2.",
    source='de Brebisson and Vincent (2016), "An exploration of softmax alternatives '
    'belonging to the spherical loss family".',
    see_also={"taylor_softmax": "squares that no logit makes 0"},
    example=""">>> from softjet import alternatives
>>> alternatives.spherical_softmax(np.array([1.0, -2.0, 2.0]))
array([0.11111111, 0.44444444, 0.44444444])""",
)
