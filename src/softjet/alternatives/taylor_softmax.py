"""Taylor softmax: the exponential replaced by its polynomial of even order n.

    y_i   = P(x_i) / sum_j P(x_j),   P(x) = sum_(k <= n) x^k / k!     value
    y_dot = y * C(w x_dot),   w = P'(x) / P(x),  C(g) = g - <y, g>    pushforward
    x_bar = w * y * C(y_bar)                                          pullback
    v     = y * ((w_dot + w b) C(y_bar) - w <y, b C(y_bar)>)          curvature
            w_dot = (P''/P - w^2) x_dot,   b = C(w x_dot)

P has no zero where n is even, so every share is positive.  Unlike the exponential it
feels a shift of all logits, and a logit far below the others gets as much as one far
above.
"""

from __future__ import annotations

from functools import cache
from math import factorial
from typing import Any, NamedTuple

import numpy as np

from ..errors import Refusal
from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import Scaled, centred, dot, total

MOST = 20  # the order beyond which powers of ordinary logits leave float64


class Kept(NamedTuple):
    """The shares, and the polynomials' ratios with the sizes of their terms."""

    y: Array
    w: Array  # P' / P
    bend: Array  # P'' / P
    terms: tuple[Array, Array, Array]  # sums of absolute terms over P: of P, P', P''


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    return kept.y * centred(xp, kept.y, kept.w * x_dot)


def pullback(xp: Any, kept: Kept, y_bar: Array) -> Array:
    return kept.w * kept.y * centred(xp, kept.y, y_bar)


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    y, w, bend, _ = kept
    c, b = centred(xp, y, y_bar), centred(xp, y, w * x_dot)
    w_dot = (bend - w * w) * x_dot
    return y * ((w_dot + w * b) * c - w * dot(xp, y, b * c))


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Array:
    y, (p, p1, p2) = kept.y, kept.terms
    loss = p + dot(xp, y, p)  # how many roundings a share may feel
    if mode == "value":
        return y * loss
    h = abs(centred(xp, y, seeds[-1]))
    h = h + dot(xp, y, h)
    slope = p1 + abs(kept.w) * p
    if mode == "pullback":
        return y * slope * loss * h
    g = slope * abs(seeds[0])
    g = g + dot(xp, y, g)
    if mode == "pushforward":
        return y * loss * g
    turn = (p2 + slope * slope) * abs(seeds[0]) + slope * g
    return y * loss * (turn * h + slope * dot(xp, y, g * h))


def polynomials(xp: Any, x: Array, order: int) -> tuple[list[Array], list[Array]]:
    """P, P' and P'' over one power of the row's scale, and their absolute terms."""
    most = xp.max(abs(x), axis=-1, keepdims=True)
    unit = xp.where(most > 1e300 ** (1 / order), most, xp.ones_like(most))
    t, sums, sizes = x / unit, [], []
    for derived in range(3):
        sum_ = size = xp.zeros_like(x)
        for k in range(order - derived + 1):
            term = t**k * unit ** (k - order) / factorial(k)
            sum_, size = sum_ + term, size + abs(term)
        sums.append(sum_)
        sizes.append(size)
    return sums, sizes


def _value(xp: Any, x: Array, order: int) -> tuple[Array, Kept]:
    if isinstance(x, Scaled):
        x = (x.x + x.low) / x.temperature
    live = x > -xp.inf
    x = xp.where(live, x, xp.zeros_like(x))
    (P, P1, P2), sizes = polynomials(xp, x, order)
    y = xp.where(live, P, xp.zeros_like(P))
    y = y / total(xp, y)
    # Beside a logit whose power overflows P may be 0: no share, and nothing to push.
    P = xp.where(P == 0, xp.inf * xp.ones_like(P), P)
    p, p1, p2 = (size / P for size in sizes)
    return y, Kept(y, P1 / P, P2 / P, (p, p1, p2))


def rule_of(order: int) -> Rule:
    """The rule of one order: even, so that the polynomial is positive."""
    whole = isinstance(order, (int, np.integer)) and not isinstance(order, bool)
    if not (whole and 2 <= order <= MOST and order % 2 == 0):
        raise Refusal(
            "taylor-order",
            "taylor_softmax needs a polynomial without zeros: one of even order",
            got=f"order={order!r}",
            want=f"2, 4, ... {MOST}",
        )
    return _rule_of(int(order))


@cache
def _rule_of(order: int) -> Rule:
    return Rule(
        name="taylor_softmax",
        maps="rows",
        value=lambda xp, x: _value(xp, x, order),
        pushforward=pushforward,
        pullback=pullback,
        curvature=curvature,
        size=size,
        bounds={
            "value": Bound(units=6),
            "pushforward": Bound(units=8),
            "pullback": Bound(units=8),
            "curvature": Bound(units=8),
        },
        edges=Edges(empty=0.0),
        codomain=(0.0, 1.0),
        options=("axis", "temperature", "where", "out"),
        laws=frozenset({"simplex", "permutation"}),
        formula=__doc__ or "",
        summary="Softmax with the exponential's Taylor polynomial in its place.",
        source='Vincent, de Brebisson and Bouthillier (2015), "Efficient exact '
        'gradient update for training deep networks with very large sparse targets".',
        see_also={"spherical_softmax": "the leading term of order 2 alone"},
        example=""">>> from softjet import alternatives
>>> alternatives.taylor_softmax(np.array([0.0, 1.0, 2.0])).round(6)
array([0.117647, 0.294118, 0.588235])""",
    )
