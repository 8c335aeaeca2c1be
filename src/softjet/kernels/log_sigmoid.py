"""Log-sigmoid, entry by entry: minus softplus of -x, slope n, bend -s n."""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._loop import entrywise
from ._memory import at
from ._vector import splat
from .softplus import bend, slope_upwards, softplus


@inlined
def _log_sigmoid(x: Any) -> Any:
    return -softplus(-x)


@inlined
def _slope(x: Any, x_dot: Any) -> Any:
    return slope_upwards(x, splat(x, 0.0) >= x, x_dot)


@inlined
def _bend(x: Any, x_dot: Any, y_bar: Any) -> Any:
    return bend(x, -x_dot, y_bar)


_values = entrywise(_log_sigmoid, 1)
_slopes = entrywise(_slope, 2)
_bends = entrywise(_bend, 3)


@kernel
def value(X: Any, Y: Any, start: int, stop: int) -> None:
    """y."""
    _values((at(X, 0),), at(Y, 0), start, stop)


@kernel
def pushforward(X: Any, X_dot: Any, V: Any, start: int, stop: int) -> None:
    """n x_dot; the pullback is the same map."""
    _slopes((at(X, 0), at(X_dot, 0)), at(V, 0), start, stop)


@kernel
def curvature(X: Any, X_dot: Any, Y_bar: Any, V: Any, start: int, stop: int) -> None:
    """-s n x_dot y_bar."""
    sources = at(X, 0), at(X_dot, 0), at(Y_bar, 0)
    _bends(sources, at(V, 0), start, stop)
