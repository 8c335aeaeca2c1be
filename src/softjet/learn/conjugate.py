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

from softjet.learn.vectors import add_scaled

Linear = Callable[[NDArray], NDArray]


def conjugate_gradients(
    product: Linear, inverse: Linear, g: NDArray, enough: float, most: int
) -> tuple[NDArray, int]:
    """A descent direction s, and how many products it took.

    `product` may answer in memory that its next answer reuses.
    """
    s, r = np.zeros_like(g), -g
    p = inverse(r).copy()  # an inverse may answer with what it was given
    rz, lowered = dot(r, p), 0.0
    if rz <= 0.0:
        return s, 0
    for count in range(1, most + 1):
        Hp = product(p)
        bend = dot(p, Hp)
        if bend <= 0.0:  # rounding: the Hessian has no negative curvature
            return (s, count) if count > 1 else (p, count)
        length = rz / bend
        add_scaled(s, length, p)
        # What the model fell by: directions are conjugate, so each adds its own part.
        now = 0.5 * length * rz
        lowered += now
        if count * now <= enough * lowered:
            return s, count
        add_scaled(r, -length, Hp)
        z = inverse(r)
        rz, before = dot(r, z), rz
        p *= rz / before
        p += z
    return s, most


def dot(a: NDArray, b: NDArray) -> float:
    """The sum of products of all entries."""
    return float(np.vdot(a, b))
