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
The proof, and what rounding adds: docs/design/certificate.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import softjet as sj
from softjet.learn.objective import Array, Objective, Point


@dataclass(frozen=True)
class Certificate:
    """A proven bound on objective minus minimum, and its two parts."""

    gap: float
    weights_part: float  # ||A + lambda W||^2 / (2 lambda)
    intercept_part: float  # sum_i s_i KL(q_i || p_i)
    rounding: float  # size of what float64 may have added or hidden


class Certifier:
    """Certificates for one objective; keeps the two products they all need."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        X, share = objective.X, objective.share
        onehot = np.zeros((len(X), objective.n_classes))
        onehot[np.arange(len(X)), objective.targets] = share
        self.X_mean = share @ X
        self.X_size = share @ np.abs(X)
        self.X_largest = np.abs(X).max(axis=0, initial=0.0)
        self.X_by_class = X.T @ onehot

    def __call__(self, point: Point) -> Certificate:
        """The bound at `point`: one pass over its logits, none over X."""
        objective = self.objective
        if not objective.fit_intercept:
            slope, divergence = point.W_bar, 0.0
        else:
            rho, q = _mending(point.b_bar, objective.frequency)
            slope = self._mended_slope(point, rho, q)
            divergence = float(objective.share @ _divergence(point.logits, rho, q))
        weights_part = float(np.vdot(slope, slope) / (2.0 * objective.penalty))
        # No term of the objective is negative, so neither is its minimum.
        gap = min(weights_part + divergence, point.value)
        return Certificate(gap, weights_part, divergence, self._rounding(point, slope))

    def _rounding(self, point: Point, slope: Array) -> float:
        """The size, not a bound, of what rounding may have added to the gap or hidden.

        u (f + the largest logit's terms) for logits and their losses; and for A, whose
        entries err by u times the mean of |x|, what that does to its square.
        """
        u = float(np.finfo(np.float64).eps)
        terms = np.abs(point.b).max() + self.X_largest @ np.abs(point.W).max(axis=1)
        error = u * np.sqrt(self.objective.n_classes) * np.linalg.norm(self.X_size)
        square = (np.linalg.norm(slope) + error) * error / self.objective.penalty
        return float(u * (abs(point.value) + terms) + square)

    def _mended_slope(self, point: Point, rho: float, q: Array) -> Array:
        # A is linear in Q, so mending needs no second product with X:
        # sum_i s_i x_i (q - t_i)^T is X_mean q^T - X_by_class.
        theta = rho / (1.0 + rho)
        decay = self.objective.penalty * point.W
        A = (1.0 - theta) * (point.W_bar - decay)
        A += theta * (np.outer(self.X_mean, q) - self.X_by_class)
        return A + decay


def _mending(r: Array, frequency: Array) -> tuple[float, Array]:
    """The least rho and the row q with which (P + rho q) / (1 + rho) has mean pi."""
    rho = float(np.max(r / frequency))
    if rho <= 0.0:  # r sums to 0, so it is 0 in every class
        return 0.0, frequency
    return rho, np.maximum(frequency - r / rho, 0.0)


def _divergence(logits: Array, rho: float, q: Array) -> Array:
    """KL(Q_i || P_i) per row, as a sum of terms that are never negative."""
    if rho == 0.0:
        return np.zeros(len(logits))
    log_p = sj.log_softmax(logits)
    p = np.exp(log_p)
    mixed = (p + rho * q) / (1.0 + rho)
    live = mixed > 0.0
    log_mixed = np.log(mixed, where=live, out=np.zeros_like(mixed))
    terms = np.where(live, mixed * (log_mixed - log_p) - mixed + p, 0.0)
    return np.maximum(terms, 0.0).sum(axis=-1)
