"""The intercept alone, brought to its optimum for the weights as they are.

The certificate's second term is of first order in the intercept's gradient, the true
excess only of second: where that term alone is left, a few steps on one unknown per
class end it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from softjet.learn.conjugate import conjugate_gradients
from softjet.learn.newton import search
from softjet.learn.objective import Array, Objective, Point
from softjet.learn.preconditioner import centred

# Up to so many classes the Hessian is formed; beyond, products with it cost less.
MOST_CLASSES = 1024


def settle_intercept(
    objective: Objective,
    point: Point,
    steps: int = 20,
    done: Callable[[Point], bool] | None = None,
) -> Point:
    """Newton in the intercept alone (classes unknowns) until it is at its optimum.

    `done` may end it before.
    """
    still = np.zeros_like(point.W)
    zero = 8.0 * np.finfo(np.float64).eps
    for _ in range(steps):
        if np.abs(point.b_bar).max() <= zero * objective.frequency.max():
            break
        b_dot = _step(objective, point)
        new = search(objective, point, still, b_dot, _norm)
        if new is None:
            break
        point = new
        if done is not None and done(point):
            break
    return point


def _step(objective: Objective, point: Point) -> Array:
    if len(point.b) > MOST_CLASSES:
        return _iterated(objective, point)
    H = objective.intercept_hessian(point)
    # H 1 = 0, as a shift of every logit changes nothing; adding the mean of 1 1^T
    # makes it regular and leaves the step, which sums to 0, as it was.
    step = -np.linalg.lstsq(H + 1.0 / len(H), point.b_bar)[0]
    return centred(step.astype(np.float64))


def _iterated(objective: Objective, point: Point) -> Array:
    bend = np.maximum(point.bend, 1e-12 * objective.frequency)

    def product(v: Array) -> Array:
        return objective.hvp(point, None, v)[1]

    def inverse(r: Array) -> Array:
        return centred(centred(r) / bend)

    return conjugate_gradients(product, inverse, point.b_bar, 1e-6, 100)[0]


def _norm(point: Point) -> float:
    return float(np.linalg.norm(point.b_bar))
