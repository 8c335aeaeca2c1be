"""Truncated Newton steps: exact Hessian products, and a search along the step.

Each step solves H step = -gradient by preconditioned conjugate gradients, only as far
as pays, then goes along it as far as the objective falls.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from softjet.learn.conjugate import conjugate_gradients
from softjet.learn.objective import Array, Objective, Point
from softjet.learn.preconditioner import Preconditioner, centred

# Hessian products one Newton step may take; a step cut short still goes downhill.
MOST_PRODUCTS = 200
# How little of the mean gain a further product may bring before the step ends.
ENOUGH = 0.25


def newton_step(objective: Objective, point: Point) -> Point | None:
    """One truncated Newton step with a line search; None if nothing improves."""
    dtype = objective.rows.dtype
    g = centred(np.vstack([point.W_bar, point.b_bar])).astype(dtype)

    Hv = np.empty_like(g)

    def product(V: NDArray) -> NDArray:
        Hv[:-1], Hv[-1] = objective.hvp(point, V[:-1], V[-1])
        return Hv

    inverse = Preconditioner(objective, point)
    s, _ = conjugate_gradients(product, inverse, g, ENOUGH, MOST_PRODUCTS)
    s = s.astype(np.float64, copy=False)
    return search(objective, point, s[:-1], s[-1], Point.gradient_norm)


def search(
    objective: Objective,
    point: Point,
    W_dot: Array,
    b_dot: Array,
    norm: Callable[[Point], float],
) -> Point | None:
    """The longest of 1, 1/4, 1/16, ... steps along which the objective falls."""
    slope = float(np.vdot(point.W_bar, W_dot) + point.b_bar @ b_dot)
    noise = objective.noise * abs(point.value)
    for length in 0.25 ** np.arange(12):
        new = objective.at(point.W + length * W_dot, point.b + length * b_dot)
        change = new.value - point.value
        if change <= 1e-4 * length * slope - noise:
            return new
        # Near the minimum differences of the objective drown in rounding; the gradient
        # still tells, and a shorter step would not make them larger.
        if abs(change) <= noise:
            return new if norm(new) < norm(point) else None
    return None
