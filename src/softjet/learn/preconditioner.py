"""Approximate inverses of the Hessian, for both solvers.

Of dense features, the shared eigenbasis: with Q diag(a) Q^T the Gram matrix of the
centred features and g_k = sum_i s_i p_ik (1 - p_ik) the mean curvature of logit k,

    M^-1 R = C( Q [ (Q^T R') / (a g^T + lambda) ] ),   R' = C(R_W - m r_b^T)

one division for each class and step, one eigendecomposition for all of them and for
every lambda.  Of sparse or very many features, the same with the diagonal of the Gram
matrix for a and no Q, drawn towards the identity by `SHARE`: where features correlate
the diagonal alone can be worse than nothing (Hsia, Chiang and Lin, ACML 2018, who mix
the two for that reason).

C subtracts the mean over classes.  Along equal numbers for every class the Hessian is
only the penalty, and a preconditioner that scales classes apart leaks into there: the
centring cut the work of these by 2 to 10 times.  The intercept is not penalised: it is
taken where the features have their mean, b = c - m W, and scaled by 1 / g.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from softjet.learn.objective import Objective, Point
from softjet.learn.vectors import blocks

# What the diagonal's curvatures count for beside the penalty.
SHARE = 1.0


class Preconditioner:
    """M^-1 at one point: by the shared eigenbasis if there is one, else diagonal."""

    def __init__(self, objective: Objective, point: Point) -> None:
        rows, dtype = objective.rows, objective.rows.dtype
        self.fit_intercept = objective.fit_intercept
        mean = rows.survey.X_mean
        mean = mean if self.fit_intercept else np.zeros_like(mean)
        self.Q: NDArray | None = None
        if rows.has_spectrum:
            a, Q = rows.spectrum(self.fit_intercept)
            self.Q = Q.astype(dtype, copy=False)
        else:
            a = SHARE * np.maximum(rows.survey.X_square - mean**2, 0.0)
        # A floor keeps it regular where every row is fitted to the last bit.
        bend = np.maximum(point.bend, 1e-12 * objective.frequency)
        floor = max(objective.penalty, 1e-14 * float(a.max() * bend.max()), 1e-300)
        self.mean, self.bend = mean.astype(dtype), bend.astype(dtype)
        # Reciprocals: divisions would be most of what this costs.
        self.factor = np.empty(objective.shape, dtype)
        for lines in blocks(self.factor):
            self.factor[lines] = 1.0 / (np.outer(a[lines], bend) + floor)

    def __call__(self, R: NDArray) -> NDArray:
        """M^-1 R; the last row of R and of the answer belongs to the intercept."""
        out = np.zeros_like(R)
        shift = np.zeros_like(R[-1])
        # Q mixes the features; without it each has to do with itself alone.
        for lines in blocks(R[:-1]) if self.Q is None else [slice(len(R) - 1)]:
            V = R[lines]
            if self.fit_intercept:
                V = V - self.mean[lines, None] * R[-1]
            out[lines] = centred(self._divided(centred(V), lines))
            shift += self.mean[lines] @ out[lines]
        if self.fit_intercept:
            out[-1] = centred(centred(R[-1]) / self.bend) - shift
        return out

    def _divided(self, V: NDArray, lines: slice) -> NDArray:
        """By the curvature along each eigenvector, or feature, and class."""
        if self.Q is None:
            return V * self.factor[lines]
        return self.Q @ (self.Q.T @ V * self.factor)


def centred(x: NDArray) -> NDArray:
    """Minus the mean over classes."""
    return x - x.mean(axis=-1, keepdims=True)
