"""Coordinates in which the objective is nearly round, so that few steps suffice.

    W = M V,   b = c / sqrt(g) - m W,   M = Q diag(a + lambda)^(-1/2)
    sum_i h_i (x_i - m)(x_i - m)^T = Q diag(a) Q^T,   m = sum_i h_i x_i / g
    h_i = s_i (1 - ||p_i||^2) / K,     g = sum_i h_i

h_i is the mean diagonal entry of s_i J_i: how much row i still bends.  At W = 0 it is
the same for every row; later, rows that are fitted well stop counting, and the map is
made again.  It is a change of variables: the objective and its minimum stay the same.
"""

from __future__ import annotations

import numpy as np

from softjet.learn.objective import Array, Objective, Point

# Above this many features the eigendecomposition (9 d^3) and the two d x d products of
# each step outweigh what they save; the scale of each feature is evened out instead.
MOST_FEATURES = 1024


class Coordinates:
    """The linear map between flat solver variables and (W, b), and its transpose."""

    def __init__(self, objective: Objective, point: Point) -> None:
        self.shape = objective.shape
        X, P = objective.X, point.probabilities
        # A floor keeps the map regular where every row is fitted to the last bit.
        bend = objective.share * np.maximum(1.0 - np.square(P).sum(axis=1), 1e-12)
        bend /= objective.n_classes
        g = bend.sum()
        self.c_scale = 1.0 / np.sqrt(g)
        self.mean = bend @ X / g if objective.fit_intercept else np.zeros(X.shape[1])
        a, self.Q = _spectrum(X - self.mean, bend)
        self.scale = 1.0 / np.sqrt(np.maximum(a, 0.0) + objective.penalty)

    def forward(self, v: Array) -> tuple[Array, Array]:
        """(W, b) from the solver's variables; linear, so tangents map the same way."""
        d, K = self.shape
        W = self.scale[:, None] * _centred(v[: d * K].reshape(d, K))
        if self.Q is not None:
            W = self.Q @ W
        return W, self.c_scale * _centred(v[d * K :]) - self.mean @ W

    def transpose(self, W_bar: Array, b_bar: Array) -> Array:
        """The cotangent of the solver's variables from those of (W, b)."""
        V_bar = W_bar - np.outer(self.mean, b_bar)
        if self.Q is not None:
            V_bar = self.Q.T @ V_bar
        V_bar = self.scale[:, None] * _centred(V_bar)
        return np.concatenate([V_bar.ravel(), self.c_scale * _centred(b_bar)])


def _centred(x: Array) -> Array:
    # Along equal numbers for every class the objective is flat in b: without this,
    # rounding in the gradient's sum is divided by a curvature of 0.
    return x - x.mean(axis=-1, keepdims=True)


def _spectrum(centred: Array, bend: Array) -> tuple[Array, Array | None]:
    """Eigenvalues and eigenvectors of the weighted Gram matrix, or its diagonal."""
    if centred.shape[1] > MOST_FEATURES:
        return bend @ np.square(centred), None
    a, Q = np.linalg.eigh((bend[:, None] * centred).T @ centred)
    return a, Q
