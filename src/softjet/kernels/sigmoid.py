"""Sigmoid, entry by entry: y = 1 / (1 + exp(-x)), its slope y n, its bend y n (n - y).

y and n = 1 - y are the near and the far side, so their product is that of the two
whatever the sign of x, and n - y is their difference, negative where x is positive.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._entries import (
    decay,
    lowered,
    near_words,
    sides,
    times_seed,
    times_seeds,
    unread_where_dead,
)
from ._loop import entrywise
from ._memory import at
from ._vector import fused, select, splat


@inlined
def _sigmoid(x: Any) -> Any:
    e = decay(x)
    high, low = near_words(e)
    side = select(x >= splat(x, 0.0), splat(x, 1.0), e)
    return fused(side, high, side * low)


@inlined
def _slope(x: Any, x_dot: Any) -> Any:
    near, far, k = sides(x)
    return unread_where_dead(x, times_seed(near * far, k, x_dot))


@inlined
def _bend(x: Any, x_dot: Any, y_bar: Any) -> Any:
    near, far, k = sides(x)
    down = lowered(far, k) - near
    side = select(x >= splat(x, 0.0), down, -down)
    return unread_where_dead(x, times_seeds(near * far * side, k, x_dot, y_bar))


_values = entrywise(_sigmoid, 1)
_slopes = entrywise(_slope, 2)
_bends = entrywise(_bend, 3)


@kernel
def value(X: Any, Y: Any, start: int, stop: int) -> None:
    """y."""
    _values((at(X, 0),), at(Y, 0), start, stop)


@kernel
def pushforward(X: Any, X_dot: Any, V: Any, start: int, stop: int) -> None:
    """y n x_dot; the pullback is the same map."""
    _slopes((at(X, 0), at(X_dot, 0)), at(V, 0), start, stop)


@kernel
def curvature(X: Any, X_dot: Any, Y_bar: Any, V: Any, start: int, stop: int) -> None:
    """y n (n - y) x_dot y_bar."""
    sources = at(X, 0), at(X_dot, 0), at(Y_bar, 0)
    _bends(sources, at(V, 0), start, stop)
