"""The certificate: how far the objective can still be above its minimum.

For any probabilities Q (one row q_i per example) whose weighted mean is the class
frequency, weak duality gives a floor under the minimum, and the distance to it is

    f(W, b) - min f  <=  ||A + lambda W||^2 / (2 lambda)  +  sum_i s_i KL(q_i || p_i)
    A = sum_i s_i x_i (q_i - t_i)^T,      p_i = softmax(x_i W + b)

Both terms are sums of squares or of divergences: nothing cancels.  Without an
intercept Q = P is allowed, the second term vanishes and the first is
||grad||^2 / (2 lambda).  With one, P misses the class frequency pi by the intercept's
gradient r; it is mended by

    Q = (P + rho q) / (1 + rho),   rho = max_k r_k / pi_k,   q = pi - r / rho  >=  0

so the number is a bound at every point, not only where the intercept is optimal.
KL is convex, so the second term is at most

    theta sum_i s_i KL(q || p_i),     theta = rho / (1 + rho)

which needs no pass over the rows: it is linear in the logits but for their loss, which
is known.  It is taken where it proves enough.  Without a penalty only the objective
itself is proven: no term of it is negative.  The proof, and what rounding adds:
docs/design/certificate.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.learn.objective import Array, Objective, Point
from softjet.learn.partials import Number
from softjet.learn.shards import Shard, total

# Rows at a time, of a shard: the divergence needs more arrays than all else does.
PIECE = 64


@dataclass(frozen=True)
class Certificate:
    """A proven bound on objective minus minimum, and its two parts."""

    gap: float
    weights_part: float  # ||A + lambda W||^2 / (2 lambda)
    intercept_part: float  # sum_i s_i KL(q_i || p_i), or its bound
    rounding: float  # size of what float64 may have added or hidden


class Certifier:
    """Certificates for one objective."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def __call__(self, point: Point, exact: bool = True) -> Certificate:
        """The bound at `point`; exact: with a pass over the rows for its last term."""
        objective = self.objective
        slope, divergence = point.W_bar, 0.0
        if objective.fit_intercept:
            rho, q = _mending(point.b_bar, objective.frequency)
            slope = self._mended_slope(point, rho, q)
            divergence = self._divergence_bound(point, rho, q)
            if exact and rho > 0.0:
                divergence = min(divergence, self._divergence(point, rho, q))
        weights_part = _half_square(slope, objective.penalty)
        # No term of the objective is negative, so neither is its minimum.
        gap = min(weights_part + divergence, point.value)
        return Certificate(gap, weights_part, divergence, self._rounding(point, slope))

    def _rounding(self, point: Point, slope: Array) -> float:
        """The size, not a bound, of what rounding may have added to the gap or hidden.

        u (f + the largest logit's terms) for logits and their losses; and for A, whose
        entries err by u times the mean of |x|, what that does to its square.
        """
        objective, survey = self.objective, self.objective.rows.survey
        if objective.penalty == 0.0:
            return 0.0
        u = float(np.finfo(objective.dtype).eps)
        largest = survey.X_largest.value
        terms = np.abs(point.b).max() + largest @ np.abs(point.W).max(axis=1)
        error = u * np.sqrt(objective.n_classes) * np.linalg.norm(survey.X_size)
        square = (np.linalg.norm(slope) + error) * error / objective.penalty
        return float(u * (abs(point.value) + terms) + square)

    def _mended_slope(self, point: Point, rho: float, q: Array) -> Array:
        # A is linear in Q, so mending needs no second product with X:
        # sum_i s_i x_i (q - t_i)^T is X_mean q^T - X_by_class.
        theta, survey = rho / (1.0 + rho), self.objective.rows.survey
        decay = self.objective.penalty * point.W
        A = (1.0 - theta) * (point.W_bar - decay)
        A += theta * (np.outer(survey.X_mean, q) - survey.X_by_class)
        return A + decay

    def _divergence_bound(self, point: Point, rho: float, q: Array) -> float:
        """theta sum_i s_i KL(q || p_i), from sums that are known."""
        survey = self.objective.rows.survey
        penalty = 0.5 * self.objective.penalty * float(np.vdot(point.W, point.W))
        at_label = np.vdot(survey.X_by_class, point.W) + survey.T_mean @ point.b
        logsumexp = point.value - penalty + at_label
        live = q > 0.0
        entropy = -float(q[live] @ np.log(q[live]))
        mean = logsumexp - q @ (survey.X_mean @ point.W + point.b) - entropy
        return float(rho / (1.0 + rho) * max(float(mean), 0.0))

    def _divergence(self, point: Point, rho: float, q: Array) -> float:
        """sum_i s_i KL(q_i || p_i): a pass over the rows, in float64."""
        objective = self.objective.precise()
        self.objective.passes["certificate"] += 1

        def part(number: int, shard: Shard) -> Number:
            Z = objective.logits(number, point)
            pieces = range(0, len(Z), PIECE)
            rows = [_divergences(Z[i : i + PIECE], rho, q) for i in pieces]
            return Number(float(shard.share @ np.concatenate(rows)))

        return total(objective.rows.shards, part).value


def _half_square(slope: Array, penalty: float) -> float:
    square = float(np.vdot(slope, slope))
    if penalty == 0.0:
        return np.inf if square > 0.0 else 0.0
    return square / (2.0 * penalty)


def _mending(r: Array, frequency: Array) -> tuple[float, Array]:
    """The least rho and the row q with which (P + rho q) / (1 + rho) has mean pi."""
    rho = float(np.max(r / frequency))
    if rho <= 0.0:  # r sums to 0, so it is 0 in every class
        return 0.0, frequency
    return rho, np.maximum(frequency - r / rho, 0.0)


def _divergences(logits: NDArray, rho: float, q: Array) -> Array:
    """KL(Q_i || P_i) per row, as a sum of terms that are never negative."""
    log_p = sj.log_softmax(logits)
    p = np.exp(log_p)
    mixed = (p + rho * q) / (1.0 + rho)
    live = mixed > 0.0
    log_mixed = np.log(mixed, where=live, out=np.zeros_like(mixed))
    terms = np.where(live, mixed * (log_mixed - log_p) - mixed + p, 0.0)
    return np.maximum(terms, 0.0).sum(axis=-1)
