"""Learning batch by batch: each is fitted exactly, the past as a quadratic.

    theta_t = argmin  sum over the batch of CE + <D_(t-1), (theta - theta_(t-1))^2> / 2
    D_t = D_(t-1) + diagonal of the batch's Hessian at theta_t,        D_0 = 1 / C

What was learnt before is kept as a Gaussian with precisions D (Laplace's method with a
diagonal), so the first batch alone gives what `fit` gives, there is no learning rate to
choose, and what was seen often moves least.  The loss is multinomial throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn.conjugate import conjugate_gradients, dot
from softjet.learn.objective import Objective
from softjet.learn.partials import Array, Sums
from softjet.learn.shards import Shard, total

# What the intercept knows of a class before any row: a hundredth of a row.
INTERCEPT = 0.01
STEPS = 30


@dataclass
class Past:
    """Where the last batch ended, and how sure of it one may be."""

    theta: Array  # (features + 1, classes); the intercept in the last row
    precision: Array  # of the same shape


@dataclass
class Diagonal(Sums):
    """A shard's part of the Hessian's diagonal."""

    value: Array


def beginning(n_features: int, n_classes: int, C: float) -> Past:
    """Before the first batch."""
    # Without a penalty a feature that is always 0 would have no precision at all.
    precision = np.full((n_features + 1, n_classes), max(1.0 / C, 1e-12))
    precision[-1] = INTERCEPT
    return Past(np.zeros_like(precision), precision)


def absorb(past: Past, batch: Objective, mass: float) -> Past:
    """What is known after `batch`, whose objective has no penalty; mass: its weight."""
    D, start, theta = past.precision, past.theta, past.theta
    point = batch.at(theta[:-1], theta[-1])
    value = mass * point.value
    squares = np.append(batch.rows.survey.X_square, 1.0)
    for _ in range(STEPS):
        g = mass * np.vstack([point.W_bar, point.b_bar]) + D * (theta - start)
        bend = 1.0 / (mass * np.outer(squares, point.bend) + D)
        if dot(g, bend * g) <= 1e-12 * value:
            break
        step, _ = conjugate_gradients(
            _product(batch, point, mass, D), bend.__mul__, g, 0.1, 100
        )
        if not batch.fit_intercept:
            step[-1] = 0.0
        found = _search(batch, mass, past, theta, value, step, dot(g, step))
        if found is None:
            break
        theta, point, value = found
    return Past(theta, D + mass * _diagonal(batch, point))


def _product(batch: Objective, point: Any, mass: float, D: Array) -> Any:
    def product(V: Array) -> Array:
        return mass * np.vstack(batch.hvp(point, V[:-1], V[-1])) + D * V

    return product


def _search(
    batch: Objective,
    mass: float,
    past: Past,
    theta: Array,
    value: float,
    step: Array,
    slope: float,
) -> tuple[Array, Any, float] | None:
    """The longest of 1, 1/4, 1/16, ... steps along which the sum falls."""
    for length in 0.25 ** np.arange(8):
        new = theta + length * step
        point = batch.at(new[:-1], new[-1])
        away = new - past.theta
        total_ = mass * point.value + 0.5 * dot(past.precision * away, away)
        if total_ <= value + 1e-4 * length * slope:
            return new, point, total_
    return None


def _diagonal(batch: Objective, point: Any) -> Array:
    """sum_i s_i x_ij^2 p_ik (1 - p_ik), the intercept's x being 1."""
    at = batch.probabilities(point)

    def part(number: int, shard: Shard) -> Diagonal:
        P = at(number)
        bend = shard.share[:, None] * (P * (1.0 - P))
        squares: NDArray = (shard.X * shard.X).T @ bend
        return Diagonal(np.vstack([squares, bend.sum(axis=0)]).astype(np.float64))

    return total(batch.rows.shards, part).value
