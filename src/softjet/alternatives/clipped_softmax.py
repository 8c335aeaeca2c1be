"""Clipped softmax: stretched beyond [0, 1], then cut: exact 0 and 1 are reached.

    y     = clip((zeta - gamma) p + gamma, 0, 1),  p = softmax(x)     value
    y_dot = (zeta - gamma) a * J x_dot                                pushforward
    x_bar = (zeta - gamma) J (a y_bar)                                pullback
    v     = (zeta - gamma) * curvature of softmax at x_dot, a y_bar   curvature

a is 1 where 0 < y < 1 and 0 where it was cut, the kinks among them: what an attention
head needs that does nothing, and why nothing flows back to it then.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from ..errors import Refusal
from ..rules import softmax as _softmax
from ..rules._rule import Array, Bound, Edges, Rule
from ..rules._stable import floored, weighed


class Kept(NamedTuple):
    """softmax(x), and the stretch where nothing was cut, 0 where it was."""

    p: Array
    stretch: Array


def pushforward(xp: Any, kept: Kept, x_dot: Array) -> Array:
    return kept.stretch * _softmax.pushforward(xp, kept.p, x_dot)


def pullback(xp: Any, kept: Kept, y_bar: Array) -> Array:
    return _softmax.pullback(xp, kept.p, kept.stretch * y_bar)


def curvature(xp: Any, kept: Kept, x_dot: Array, y_bar: Array) -> Array:
    return _softmax.curvature(xp, kept.p, x_dot, kept.stretch * y_bar)


def _value(xp: Any, x: Array, width: float, low: float) -> tuple[Array, Kept]:
    p, _ = _softmax.value(xp, x)
    zero, one = xp.zeros_like(p), xp.ones_like(p)
    y = width * p + low
    inside = (y > 0) & (y < 1)
    y = xp.where(inside, y, xp.where(y > 0, one, zero))
    return y, Kept(p, xp.where(inside, width * one, zero))


def _size(
    xp: Any, mode: str, kept: Kept, *seeds: Array, width: float, low: float
) -> Array:
    p, stretch = kept
    if mode == "value":
        return width * p + abs(low)
    if mode == "pushforward":
        return stretch * _softmax.size(xp, "pushforward", p, seeds[0])
    # The products stretch * y_bar are rounded, before any offset is taken off.
    g = abs(stretch * seeds[-1])
    g = g + weighed(xp, p, g)
    if mode == "pullback":
        return floored(xp, p) * g
    h = abs(_softmax.size(xp, "pushforward", xp.ones_like(p), seeds[0]))
    return floored(xp, p) * (h * g + weighed(xp, p, h * g))


def rule_of(zeta: float, gamma: float) -> Rule:
    """The rule of one stretch: zeta >= 1 and gamma <= 0."""
    ends = [isinstance(end, (int, float, np.number)) for end in (zeta, gamma)]
    if not (all(ends) and 1 <= zeta < np.inf and -np.inf < gamma <= 0):
        raise Refusal(
            "stretch",
            "clipped_softmax stretches [0, 1] to [gamma, zeta], which holds it",
            got=f"zeta={zeta!r}, gamma={gamma!r}",
            want="zeta of 1 or more, gamma of 0 or less, both finite",
        )
    return _rule_of(float(zeta), float(gamma))


@cache
def _rule_of(zeta: float, gamma: float) -> Rule:
    return Rule(
        name="clipped_softmax",
        maps="rows",
        value=partial(_value, width=zeta - gamma, low=gamma),
        pushforward=pushforward,
        pullback=pullback,
        curvature=curvature,
        size=partial(_size, width=zeta - gamma, low=gamma),
        bounds={
            "value": Bound(units=4),
            "pushforward": Bound(units=8),
            "pullback": Bound(units=8),
            "curvature": Bound(units=8),
        },
        edges=Edges(empty=0.0),
        codomain=(0.0, 1.0),
        options=("axis", "temperature", "where", "out"),
        laws=frozenset(
            {"shift-invariance", "permutation", "kills-constants", "monotone"}
        ),
        formula=__doc__ or "",
        summary="Softmax stretched to [gamma, zeta] and cut back to [0, 1].",
        source='Bondarenko, Nagel and Blankevoort (2023), "Quantizable transformers: '
        'removing outliers by helping attention heads do nothing".',
        see_also={"softmax": "with sink= it can do nothing as well, and stays smooth"},
        example=""">>> from softjet import alternatives
>>> alternatives.clipped_softmax(np.log([0.02, 0.2, 0.78])).round(3)
array([0.   , 0.176, 0.773])""",
    )
