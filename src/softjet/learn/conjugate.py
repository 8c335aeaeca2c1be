"""Conjugate gradients for H s = -g, preconditioned, only as far as pays.

The inner stop is on the quadratic model q(s) = <g, s> + <s, H s> / 2: once a product
lowers it by less than `enough` of the mean over the products so far, the next Newton
step is worth more.  A bound on the residual, the older rule, depends on the scale of
the variables (Galli and Lin, TNNLS 2021).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Linear = Callable[[NDArray], NDArray]


def conjugate_gradients(
    product: Linear, inverse: Linear, g: NDArray, enough: float, most: int
) -> tuple[NDArray, int]:
    """A descent direction s, and how many products it took."""
    s, r = np.zeros_like(g), -g
    z = inverse(r)
    p, rz, model = z.copy(), dot(r, z), 0.0
    if rz <= 0.0:
        return s, 0
    for count in range(1, most + 1):
        Hp = product(p)
        bend = dot(p, Hp)
        if bend <= 0.0:  # rounding: the Hessian has no negative curvature
            return (s, count) if count > 1 else (p, count)
        length = rz / bend
        s += length * p
        r -= length * Hp
        lower = 0.5 * dot(s, g - r)
        if count * (model - lower) <= enough * -lower:
            return s, count
        model = lower
        z = inverse(r)
        rz, before = dot(r, z), rz
        p = z + (rz / before) * p
    return s, most


def dot(a: NDArray, b: NDArray) -> float:
    """The sum of products of all entries."""
    return float(np.vdot(a, b))
