"""Softplus, entry by entry: y = max(x, 0) + log1p(exp(-abs(x))), its slope s, bend s n.

s = sigmoid(x) is the near side where x is positive, else the far one.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._entries import decay, sides, times_seed, times_seeds, unread_where_dead
from ._loop import entrywise
from ._memory import at
from ._unit_log import unit_log
from ._vector import larger, select, splat


@inlined
def softplus(x: Any) -> Any:
    """Both terms are positive, so nothing cancels."""
    return larger(x, splat(x, 0.0)) + unit_log(decay(x))


@inlined
def slope_upwards(x: Any, positive: Any, seed: Any) -> Any:
    """The probability of the side that is positive, times a seed."""
    near, far, k = sides(x)
    c, k = select(positive, near, far), select(positive, splat(k, 0.0), k)
    return unread_where_dead(x, times_seed(c, k, seed))


@inlined
def bend(x: Any, x_dot: Any, y_bar: Any) -> Any:
    """s n x_dot y_bar: even in x."""
    near, far, k = sides(x)
    return unread_where_dead(x, times_seeds(near * far, k, x_dot, y_bar))


@inlined
def _slope(x: Any, x_dot: Any) -> Any:
    return slope_upwards(x, x >= splat(x, 0.0), x_dot)


_values = entrywise(softplus, 1)
_slopes = entrywise(_slope, 2)
_bends = entrywise(bend, 3)


@kernel
def value(X: Any, Y: Any, start: int, stop: int) -> None:
    """y."""
    _values((at(X, 0),), at(Y, 0), start, stop)


@kernel
def pushforward(X: Any, X_dot: Any, V: Any, start: int, stop: int) -> None:
    """s x_dot; the pullback is the same map."""
    _slopes((at(X, 0), at(X_dot, 0)), at(V, 0), start, stop)


@kernel
def curvature(X: Any, X_dot: Any, Y_bar: Any, V: Any, start: int, stop: int) -> None:
    """s n x_dot y_bar."""
    sources = at(X, 0), at(X_dot, 0), at(Y_bar, 0)
    _bends(sources, at(V, 0), start, stop)
