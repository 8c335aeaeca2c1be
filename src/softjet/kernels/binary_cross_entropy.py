"""Binary cross-entropy, entry by entry: (1 - t) z or -t z, beside softplus(-abs(z)).

Its slope is s - t = (1 - t) s - t n, formed in float64: a target may be as small as a
far side is, and neither may lose digits before the seed is in.
"""

from __future__ import annotations

from typing import Any

from ._compile import inlined, kernel
from ._entries import decay, sides, unread_where_dead, wide
from ._loop import entrywise
from ._memory import at
from ._unit_log import unit_log
from ._vector import fused, magnitude, narrowed, select, splat, widened
from .softplus import bend


@inlined
def _loss(z: Any, t: Any) -> Any:
    zero = splat(z, 0.0)
    weight = select(z >= zero, splat(t, 1.0) - t, t)
    # An infinite logit on the side of its target costs nothing.
    distance = select(weight == zero, zero, magnitude(z))
    return fused(weight, distance, unit_log(decay(z)))


@inlined
def _slope(z: Any, t: Any, z_dot: Any) -> Any:
    near, far, k = sides(z)
    positive = z >= splat(z, 0.0)
    near, far = widened(near), wide(far, k)
    s, n, t = select(positive, near, far), select(positive, far, near), widened(t)
    slope = (splat(t, 1.0) - t) * s - t * n
    return unread_where_dead(z, narrowed(slope * widened(z_dot), z))


@inlined
def _bend(z: Any, t: Any, z_dot: Any, loss_bar: Any) -> Any:
    return bend(z, z_dot, loss_bar)


_values = entrywise(_loss, 2)
_slopes = entrywise(_slope, 3)
_bends = entrywise(bend, 3)


@kernel
def value(Z: Any, T: Any, L: Any, start: int, stop: int) -> None:
    """The loss of every entry."""
    _values((at(Z, 0), at(T, 0)), at(L, 0), start, stop)


@kernel
def pushforward(Z: Any, T: Any, Z_dot: Any, V: Any, start: int, stop: int) -> None:
    """(s - t) z_dot; the pullback is the same map."""
    sources = at(Z, 0), at(T, 0), at(Z_dot, 0)
    _slopes(sources, at(V, 0), start, stop)


@kernel
def curvature(
    Z: Any,
    T: Any,
    Z_dot: Any,
    L_bar: Any,
    V: Any,
    start: int,
    stop: int,
) -> None:
    """s n z_dot loss_bar: the target has no part in it."""
    sources = at(Z, 0), at(Z_dot, 0), at(L_bar, 0)
    _bends(sources, at(V, 0), start, stop)
