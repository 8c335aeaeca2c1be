"""Preconditioned L-BFGS: one pass over the rows a step, and no Hessian product.

    s_j = x_(j+1) - x_j,   y_j = g_(j+1) - g_j              the last HISTORY of them
    direction = -(two-loop recursion of them on g, with gamma M^-1 in its middle)
    gamma = <s, y> / <y, M^-1 y>                            of the last pair

The usual middle is a multiple of the identity.  With M the preconditioner, made again
whenever the history is new throughout, the first step is nearly Newton's and classes
that are learnt do not slow the others.  On the way to a gap of 1e-6 it took 30 to 150
passes where L-BFGS in fixed whitened coordinates took 38 to 805 and truncated Newton
with the same M 42 to 206: docs/design/solver.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from softjet.learn.conjugate import dot
from softjet.learn.objective import Objective, Point
from softjet.learn.partials import Array
from softjet.learn.preconditioner import Preconditioner, centred

HISTORY = 10


class Pair(NamedTuple):
    """A step, the difference of gradients along it, and one over their product."""

    s: NDArray
    y: NDArray
    rho: float


class Lbfgs:
    """The solver's memory, which outlives a change of the arithmetic.

    The preconditioner is made anew after `renew` steps.
    """

    def __init__(self, renew: int = HISTORY) -> None:
        self.renew = renew
        self.pairs: deque[Pair] = deque(maxlen=HISTORY)
        self.inverse: Preconditioner | None = None
        self.made_of: Array | None = None  # the curvatures that `inverse` was made of
        self.age = 0

    def step(self, objective: Objective, point: Point) -> Point | None:
        """The next point; None if no step along the direction helps."""
        if self.inverse is None or self.age >= self.renew:
            self.renew_at(objective, point, point.bend)
        self.age += 1
        g = gradient(point)
        new = self._search(objective, point, g)
        if new is None and self.pairs:
            # A history from before may mislead: once more, without.
            self.pairs.clear()
            self.renew_at(objective, point, point.bend)
            new = self._search(objective, point, g)
        if new is not None:
            self._remember(objective, point, new, g)
        return new

    def renew_at(self, objective: Objective, point: Point, bend: Array) -> None:
        """The preconditioner anew, with the curvatures `bend` in place of the point's.

        The point's own but where a run goes on that had made it some steps before.
        """
        self.inverse = Preconditioner(objective, replace(point, bend=bend))
        self.made_of, self.age = bend, 0

    def _search(self, objective: Objective, point: Point, g: Array) -> Point | None:
        """Along the direction as far as the objective falls, by parabolas."""
        down = -self._direction(g.astype(objective.rows.dtype)).astype(np.float64)
        slope, length = dot(g, down), 1.0
        noise = objective.noise * abs(point.value)
        for _ in range(12):
            new = objective.at(
                point.W + length * down[:-1], point.b + length * down[-1]
            )
            change = new.value - point.value
            if change <= 1e-4 * length * slope - noise:
                return new
            if abs(change) <= noise:
                # Differences of the objective are rounding; the gradient still tells.
                smaller = new.gradient_norm() < point.gradient_norm()
                return new if smaller or change < 0.0 else None
            bottom = -0.5 * slope * length**2 / max(change - slope * length, 1e-300)
            length = min(0.5 * length, max(0.1 * length, bottom))
        return None

    def _direction(self, g: NDArray) -> NDArray:
        assert self.inverse is not None
        q, weights = g.copy(), []
        for pair in reversed(self.pairs):
            weights.append(pair.rho * dot(pair.s, q))
            q -= weights[-1] * pair.y
        z = self.inverse(q)
        if self.pairs:
            last = self.pairs[-1]
            z *= 1.0 / (last.rho * dot(last.y, self.inverse(last.y)))
        for pair, weight in zip(self.pairs, reversed(weights), strict=True):
            z += (weight - pair.rho * dot(pair.y, z)) * pair.s
        return z

    def _remember(
        self, objective: Objective, point: Point, new: Point, g: Array
    ) -> None:
        s = np.vstack([new.W - point.W, new.b - point.b])
        y = gradient(new) - g
        product = dot(s, y)
        if product > 0.0:
            # In the dtype of the rows: half the memory where they are float32.
            dtype = objective.rows.dtype
            pair = Pair(s.astype(dtype), y.astype(dtype), 1.0 / product)
            self.pairs.append(pair)


def gradient(point: Point) -> Array:
    """The gradient with the intercept's as its last row, centred over classes."""
    return centred(np.vstack([point.W_bar, point.b_bar]))
