"""The objective of softmax regression: its value, gradient and Hessian product.

    O      = X W + b                                        logits, one row per example
    f(W,b) = sum_i s_i CE(o_i, t_i) + (lambda / 2) ||W||^2
    s_i    = w_i / sum_i w_i,     lambda = 1 / (C sum_i w_i)

    G      = s_i (softmax(o_i) - t_i)                the rule's gradient, weighted
    W_bar  = X^T G + lambda W,    b_bar = column sums of G
    H V    = X^T [s_i J_i (X V + v)] + lambda V             J_i = diag(p_i) - p_i p_i^T

scikit-learn's LogisticRegression has the same objective for three classes and more; for
two it trains one logit, whose penalty is twice ours: its C has to be twice ours there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import softjet as sj

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """The objective at one (W, b), with what its derivatives and certificate read."""

    W: Array  # (features, classes)
    b: Array  # (classes,)
    logits: Array  # (rows, classes)
    probabilities: Array  # (rows, classes)
    value: float
    W_bar: Array  # (features, classes)
    b_bar: Array  # (classes,); all 0 when there is no intercept

    def gradient_norm(self) -> float:
        """Euclidean length of the whole gradient."""
        return float(np.hypot(np.linalg.norm(self.W_bar), np.linalg.norm(self.b_bar)))


class Objective:
    """Mean cross-entropy of a linear model plus an L2 penalty on its weights.

    Parameters
    ----------
    X : array (rows, features), float64
    targets : array (rows,), class ids 0..classes-1
    weights : array (rows,), not negative; every class with a positive sum
    n_classes : int
    C : float, inverse strength of the penalty, as scikit-learn's
    fit_intercept : bool; without it b stays 0
    """

    def __init__(
        self,
        X: Array,
        targets: NDArray[np.intp],
        weights: Array,
        *,
        n_classes: int,
        C: float = 1.0,
        fit_intercept: bool = True,
    ) -> None:
        self.X, self.targets, self.n_classes = X, targets, n_classes
        self.share = weights / weights.sum()
        self.penalty = float(1.0 / (C * weights.sum()))
        self.fit_intercept = fit_intercept
        frequency = np.bincount(targets, self.share, minlength=n_classes)
        self.frequency = frequency.astype(np.float64, copy=False)

    @property
    def shape(self) -> tuple[int, int]:
        """(features, classes) of W."""
        return self.X.shape[1], self.n_classes

    def at(self, W: Array, b: Array) -> Point:
        """Everything at (W, b), in one pass over the rows."""
        return self.from_logits(W, b, self.X @ W + b)

    def from_logits(self, W: Array, b: Array, logits: Array) -> Point:
        """The same where the logits X W + b are known already."""
        losses, G = sj.cross_entropy.value_and_grad(
            logits, self.targets, reduction="none"
        )
        G = self.share[:, None] * G
        value = self.share @ losses + 0.5 * self.penalty * np.vdot(W, W)
        W_bar = self.X.T @ G + self.penalty * W
        b_bar = G.sum(axis=0) if self.fit_intercept else np.zeros_like(b)
        P = sj.softmax(logits)
        return Point(W, b, logits, P, float(value), W_bar, b_bar)

    def hvp(self, point: Point, W_dot: Array, b_dot: Array) -> tuple[Array, Array]:
        """The Hessian at `point` times a tangent: exact, and without another exp.

        The Hessian of cross-entropy in its logits is the Jacobian of softmax, so the
        stateless pushforward on the kept probabilities is all it takes.
        """
        logits_dot = self.X @ W_dot + b_dot
        G_dot = sj.softmax.pushforward(point.probabilities, logits_dot)
        G_dot = self.share[:, None] * G_dot
        b_out = G_dot.sum(axis=0) if self.fit_intercept else np.zeros_like(b_dot)
        return self.X.T @ G_dot + self.penalty * W_dot, b_out

    def intercept_hessian(self, point: Point) -> Array:
        """d2 f / d b2 = sum_i s_i J_i: the mean Jacobian, classes by classes."""
        P = point.probabilities
        sP = self.share[:, None] * P
        return np.diag(sP.sum(axis=0)) - sP.T @ P
