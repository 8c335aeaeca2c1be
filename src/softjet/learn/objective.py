"""The objective of softmax regression: its value, gradient and Hessian product.

    Z      = X W + b                                        logits, one row per example
    f(W,b) = sum_i s_i CE(z_i, t_i) + (lambda / 2) ||W||^2
    s_i    = w_i / sum_i w_i,     lambda = 1 / (C sum_i w_i)

    G      = s_i (softmax(z_i) - t_i)                the rule's gradient, weighted
    W_bar  = X^T G + lambda W,    b_bar = column sums of G
    H V    = X^T [s_i J_i (X V + v)] + lambda V             J_i = diag(p_i) - p_i p_i^T

Sums over rows come from shards (`partials.py`, `shards.py`): rows x classes is never
stored, unless probabilities fit into the memory that was granted; then a Hessian
product needs no exponential and two products instead of three.

scikit-learn's LogisticRegression has the same objective for three classes and more; for
two it trains one logit, whose penalty is twice ours: its C has to be twice ours there.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.learn import partials as parts
from softjet.learn.partials import Array
from softjet.learn.rows import Rows
from softjet.learn.shards import Shard, total
from softjet.learn.vectors import add_scaled

__all__ = ["Array", "Objective", "Point"]

# Bytes that may be held beyond the rows and what is as large as the weights.
MEMORY = 1 << 28


@dataclass(frozen=True, eq=False)
class Point:
    """The objective at one (W, b), with what its derivatives and certificate read."""

    W: Array  # (features, classes)
    b: Array  # (classes,)
    value: float
    W_bar: Array  # (features, classes)
    b_bar: Array  # (classes,); all 0 when there is no intercept
    bend: Array  # (classes,): sum of s p (1 - p), the mean curvature of each logit

    def gradient_norm(self) -> float:
        """Euclidean length of the whole gradient."""
        return float(np.hypot(np.linalg.norm(self.W_bar), np.linalg.norm(self.b_bar)))


class Objective:
    """Mean cross-entropy of a linear model plus an L2 penalty on its weights.

    Parameters
    ----------
    X : array (rows, features), dense or CSR, float32 or float64: products are made in
        its dtype, sums in float64
    targets : array (rows,), class ids 0..classes-1, or (rows, classes), probabilities
    weights : array (rows,), not negative; every class with a positive sum
    n_classes : int
    C : float, inverse strength of the penalty, as scikit-learn's; infinity: no penalty
    fit_intercept : bool; without it b stays 0
    memory : int, bytes for logits and probabilities

    Attributes
    ----------
    passes : Counter of the passes over the rows, by what they were for
    keeping : bool, whether probabilities are kept for Hessian products where they fit
    """

    def __init__(
        self,
        X: Any,
        targets: NDArray[Any],
        weights: Array,
        *,
        n_classes: int,
        C: float = 1.0,
        fit_intercept: bool = True,
        memory: int = MEMORY,
    ) -> None:
        rows = Rows.of(X, targets, weights, n_classes, memory)
        self._over(rows, C, fit_intercept, memory)

    @classmethod
    def over(
        cls, rows: Rows, *, C: float, fit_intercept: bool = True, memory: int = MEMORY
    ) -> Objective:
        """The objective of rows that were cut before, or are stored elsewhere."""
        objective = cls.__new__(cls)
        objective._over(rows, C, fit_intercept, memory)
        return objective

    def _over(self, rows: Rows, C: float, fit_intercept: bool, memory: int) -> None:
        self.rows, self.fit_intercept, self.memory = rows, fit_intercept, memory
        self.n_classes, self.dtype = rows.n_classes, rows.dtype
        self.penalty = float(1.0 / (C * rows.mass))
        self.passes, self.keeping = Counter[str](), True
        self._kept: list[NDArray[Any]] | None = None
        self._kept_at: Point | None = None

    def precise(self) -> Objective:
        """The same with products in float64, where X is float32."""
        other = copy.copy(self)
        other.dtype = np.dtype(np.float64)
        other._kept = other._kept_at = None
        return other

    @property
    def shape(self) -> tuple[int, int]:
        """(features, classes) of W."""
        return self.rows.n_features, self.n_classes

    @property
    def frequency(self) -> Array:
        """The share of the weight that each class has."""
        return self.rows.survey.T_mean

    def start(self) -> tuple[Array, Array]:
        """Where a run with nothing to go on from begins: all classes alike.

        Not at the log of the class frequencies, the best b without weights: a rare
        class has no curvature there (docs/design/solver.md).
        """
        return np.zeros(self.shape), np.zeros(self.n_classes)

    @property
    def noise(self) -> float:
        """Relative size of what rounding does to the objective."""
        # Errors of float32 logits differ from row to row and mostly cancel in the mean.
        u = float(np.finfo(self.dtype).eps)
        return 4.0 * u if self.dtype == np.float64 else u

    def at(self, W: Array, b: Array) -> Point:
        """Everything at (W, b), in one pass over the rows."""
        self.passes["gradient"] += 1
        keep = self.keeps()
        kept: list[NDArray[Any]] = []

        W_here = W.astype(self.dtype, copy=False)  # once, not for every shard

        def part(number: int, shard: Shard) -> parts.Partials:
            found, P = parts.partials(shard, W_here, b, self.dtype, keep)
            if keep:
                kept.append(P.astype(self.rows.dtype, copy=False))
            return found

        self._kept = self._kept_at = None
        sums = total(self.rows.shards, part)
        point = self._point(W, b, sums)
        if keep:
            self._kept, self._kept_at = kept, point
        return point

    def hvp(
        self, point: Point, W_dot: Array | None, b_dot: Array
    ) -> tuple[Array, Array]:
        """The Hessian at `point` times a tangent: exact.

        The Hessian of cross-entropy in its logits is the Jacobian of softmax, so the
        stateless pushforward on the probabilities is all it takes.  W_dot None stands
        for a tangent of the intercept alone, whose W_bar is not computed.
        """
        self.passes["hvp"] += W_dot is not None
        if W_dot is not None:
            W_dot = W_dot.astype(self.rows.dtype, copy=False)
        at = self.probabilities(point)
        sums = total(
            self.rows.shards,
            lambda i, shard: parts.product(shard, at(i), W_dot, b_dot),
        )
        if not self.fit_intercept:
            sums.b_bar[:] = 0.0
        if W_dot is not None:
            add_scaled(sums.W_bar, self.penalty, W_dot)
        return sums.W_bar, sums.b_bar

    def intercept_hessian(self, point: Point) -> Array:
        """d2 f / d b2 = sum_i s_i J_i: the mean Jacobian, classes by classes."""
        at = self.probabilities(point)
        found = total(self.rows.shards, lambda i, shard: parts.curvature(shard, at(i)))
        return np.diag(found.mean) - found.square

    def probabilities(self, point: Point) -> Callable[[int], NDArray[Any]]:
        """A function from a shard's number to its probabilities: kept, or made anew."""
        if self._kept is not None and self.holds(point):
            return self._kept.__getitem__

        W = point.W.astype(self.rows.dtype, copy=False)

        def made(number: int) -> NDArray[Any]:
            shard = self.rows.shards[number]
            Z = parts.logits_of(shard, W, point.b, self.rows.dtype)
            return sj.softmax(Z, out=Z)

        self.passes["logits"] += 1
        return made

    def holds(self, point: Point) -> bool:
        """Whether the probabilities at `point` are kept."""
        return self._kept is not None and self._kept_at is point

    def forget(self) -> None:
        """Keep no probabilities until the next point."""
        self._kept = self._kept_at = None

    def logits(self, number: int, point: Point) -> NDArray[Any]:
        """The logits of one shard, in the dtype of the objective's products."""
        shard = self.rows.shards[number]
        return parts.logits_of(shard, point.W, point.b, self.dtype)

    def keeps(self) -> bool:
        """Whether all rows' probabilities fit into three quarters of the memory."""
        count = sum(len(shard.share) for shard in self.rows.shards)
        size = count * self.n_classes * self.rows.dtype.itemsize
        return self.keeping and size <= self.memory * 3 // 4

    def _point(self, W: Array, b: Array, sums: parts.Partials) -> Point:
        value = sums.loss + 0.5 * self.penalty * float(np.vdot(W, W))
        b_bar = sums.b_bar if self.fit_intercept else np.zeros_like(b)
        W_bar = sums.W_bar
        add_scaled(W_bar, self.penalty, W)
        return Point(W, b, float(value), W_bar, b_bar, np.maximum(sums.bend, 0.0))
