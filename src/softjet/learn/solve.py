"""The solver: Newton steps until the certificate, and not the size of a step, says so.

Each step solves H step = -gradient by conjugate gradients on the exact Hessian product,
in coordinates that were made round for the current point, only as far as pays
(truncated Newton), then goes along it as far as the objective falls.  Why not L-BFGS:
docs/design/solver.md has both, measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from softjet.learn.certificate import Certificate, Certifier
from softjet.learn.coordinates import Coordinates
from softjet.learn.objective import Array, Objective, Point

Report = Callable[[int, float, float], None]

# Hessian products one Newton step may take; a step cut short still goes downhill.
MOST_PRODUCTS = 200


@dataclass(frozen=True)
class Solution:
    """Where the solver stopped, how good that is, and the way there."""

    point: Point
    certificate: Certificate
    n_iter: int
    converged: bool
    history: list[tuple[int, float, float]]  # (iteration, objective, gap)


def solve(
    objective: Objective,
    W: Array,
    b: Array,
    *,
    tol: float = 1e-6,
    max_iter: int = 100,
    report: Report | None = None,
) -> Solution:
    """Minimise from (W, b) until gap <= tol * objective, or `max_iter` steps."""
    certifier = Certifier(objective)
    history: list[tuple[int, float, float]] = []
    point = objective.at(W, b)
    while True:
        point, certificate = _certified(certifier, point, tol)
        if certificate.gap <= tol * point.value:
            # Logits were moved along with W and b; the proof is for X W + b itself.
            point = objective.at(point.W, point.b)
            certificate = certifier(point)
        history.append((len(history), point.value, certificate.gap))
        if report is not None:
            report(*history[-1])
        converged = certificate.gap <= tol * point.value
        if converged or len(history) > max_iter:
            break
        new = _step(objective, point)
        if new is None:  # rounding: no representable step helps any more
            break
        point = new
    return Solution(point, certificate, len(history) - 1, converged, history)


def _certified(
    certifier: Certifier, point: Point, tol: float
) -> tuple[Point, Certificate]:
    """The certificate, after settling the intercept where only that stands between."""
    certificate = certifier(point)
    if certificate.weights_part <= tol * point.value < certificate.gap:
        point = settle_intercept(certifier.objective, point)
        certificate = certifier(point)
    return point, certificate


def _step(objective: Objective, point: Point) -> Point | None:
    """One truncated Newton step with a line search; None if nothing improves."""
    coordinates = Coordinates(objective, point)
    g = coordinates.transpose(point.W_bar, point.b_bar)

    def product(v_dot: Array) -> Array:
        return coordinates.transpose(*objective.hvp(point, *coordinates.forward(v_dot)))

    H = LinearOperator((g.size, g.size), matvec=product, dtype=np.float64)
    # Forcing term of Eisenstat and Walker's kind: loose far away, tight near the end,
    # so that the last steps converge faster than linearly.
    forcing = min(0.1, float(np.sqrt(np.linalg.norm(g))))
    v_dot, _ = cg(H, -g, rtol=forcing, maxiter=MOST_PRODUCTS)
    W_dot, b_dot = coordinates.forward(v_dot)
    logits_dot = objective.X @ W_dot + b_dot
    return _search(objective, point, W_dot, b_dot, logits_dot, Point.gradient_norm)


def _search(
    objective: Objective,
    point: Point,
    W_dot: Array,
    b_dot: Array,
    logits_dot: Array,
    norm: Callable[[Point], float],
) -> Point | None:
    """The longest of 1, 1/4, 1/16, ... steps along which the objective falls."""
    slope = float(np.vdot(point.W_bar, W_dot) + point.b_bar @ b_dot)
    noise = 4.0 * np.finfo(np.float64).eps * abs(point.value)
    for length in 0.25 ** np.arange(12):
        new = objective.from_logits(
            point.W + length * W_dot,
            point.b + length * b_dot,
            point.logits + length * logits_dot,
        )
        change = new.value - point.value
        if change <= 1e-4 * length * slope - noise:
            return new
        # Near the minimum differences of the objective drown in rounding; the gradient
        # still tells.
        if abs(change) <= noise and norm(new) < norm(point):
            return new
    return None


def settle_intercept(objective: Objective, point: Point, steps: int = 20) -> Point:
    """Newton in the intercept alone (classes unknowns) until it is at its optimum."""
    still, zero = np.zeros_like(point.W), 8.0 * np.finfo(np.float64).eps
    for _ in range(steps):
        if np.abs(point.b_bar).max() <= zero * objective.frequency.max():
            break
        H = objective.intercept_hessian(point)
        # H 1 = 0, as a shift of every logit changes nothing; adding the mean of 1 1^T
        # makes it regular and leaves the step, which sums to 0, as it was.
        step = -np.linalg.lstsq(H + 1.0 / len(H), point.b_bar)[0]
        b_dot: Array = (step - step.mean()).astype(np.float64)
        new = _search(objective, point, still, b_dot, b_dot, _intercept_norm)
        if new is None:
            break
        point = new
    return point


def _intercept_norm(point: Point) -> float:
    return float(np.linalg.norm(point.b_bar))
