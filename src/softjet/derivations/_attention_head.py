"""One head of attention at a point, written plainly: what steps are held to."""

from __future__ import annotations

from collections.abc import Callable

from ._numbers import Array, slope
from ._point import Point, by_rows, softmax


def scores(p: Point, q: Array, k: Array) -> Array:
    return p.scale * q @ k.T + p.mask


def weights(p: Point, q: Array | None = None, k: Array | None = None) -> Array:
    """P, of the point's own queries and keys unless told."""
    return by_rows(softmax, scores(p, p.q if q is None else q, p.k if k is None else k))


def attend(p: Point, q: Array, k: Array, v: Array) -> Array:
    return weights(p, q, k) @ v


def moving(p: Point, of: Callable[[Array, Array, Array], Array]) -> Array:
    """The derivative of of(q, k, v) as all three move along their tangents."""
    return slope(lambda e: of(p.q + e * p.q_dot, p.k + e * p.k_dot, p.v + e * p.v_dot))
