"""What a rule is: a function of a row with every derivative of it, and its promises.

All arithmetic in a rule is the array API's, on whatever namespace `xp` comes in, along
the last axis; the same text runs on NumPy, torch and JAX arrays.  A rule sees rows with
at least one finite entry and no NaN or +inf; an entry at -inf has left the row.  Axes,
dtypes, masks, targets and the rest of the edge table belong to the adapters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Array = Any
# The modes, and how often each differentiates: f(x / T) brings 1 / T as often.
ORDER = {"value": 0, "pushforward": 1, "pullback": 1, "curvature": 2}
MODES = tuple(ORDER)


@dataclass(frozen=True)
class Bound:
    """How far a computed entry may be from the exact one.

    error <= max(ulps x ulp of the exact entry, units x u x size), with u the unit
    roundoff of the result's dtype and `size` the rule's own error model; never less
    than one smallest subnormal number.
    """

    ulps: float = 0.0
    units: float = 0.0

    def __str__(self) -> str:
        parts = [f"{self.ulps:g} ulp"] if self.ulps else []
        parts += [f"{self.units:g} u size"] if self.units else []
        return " or ".join(parts)


@dataclass(frozen=True)
class Edges:
    """Values where the formula has none: the rule's row of the edge table.

    `empty` is the value of a row without a live entry; `infinite` the value of a row
    with an entry at +inf where it is not the formula on the limiting softmax.
    """

    empty: float
    infinite: float | None = None


@dataclass(frozen=True)
class Rule:
    """A function and its derivatives, as mathematics.

    value(xp, *primals, *given) -> y, kept     the value, and what derivatives read
    pushforward(xp, kept, *x_dot) -> y_dot     the JVP, linear in the tangents
    pullback(xp, kept, y_bar) -> x_bar         the VJP, linear in the cotangent
    curvature(xp, kept, *x_dot, y_bar)         derivative along x_dot of the pullback
    jacobian(xp, kept) -> diagonal, left, right    diag(diagonal) - left right^T
    size(xp, mode, kept, *seeds)               the error model, every term positive
    recall(xp, y) -> kept                      what derivatives read, from the value

    With several primals the tangents come one after another, and pullback and curvature
    return a tuple.  Functions to numbers drop the last axis.  `recall` is None where
    the derivatives cannot be had from the value alone.
    """

    name: str
    maps: Literal["entries", "rows", "numbers"]
    value: Callable[..., tuple[Array, Any]]
    pushforward: Callable[..., Array]
    pullback: Callable[..., Array]
    curvature: Callable[..., Array]
    size: Callable[..., Array]
    bounds: Mapping[str, Bound]
    edges: Edges
    laws: frozenset[str]
    jacobian: Callable[..., Any] | None = None
    recall: Callable[..., Any] | None = None
    codomain: tuple[float, float] = (float("-inf"), float("inf"))
    primals: tuple[str, ...] = ("x",)
    given: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    formula: str = ""
    summary: str = ""
    source: str = ""
    see_also: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def __str__(self) -> str:
        return self.name
