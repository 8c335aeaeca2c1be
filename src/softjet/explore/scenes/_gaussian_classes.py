"""Gaussian classes whose posterior is a given softmax, and the way back from them.

Classes with densities N(u; mu_k, Sigma), one covariance for all, and priors pi_k have
the posterior softmax(W u + b) with

    W_k = Sigma^-1 mu_k        b_k = log pi_k - mu_k^T Sigma^-1 mu_k / 2

because the squares of u are the same for all classes and cancel (Bishop 2006, section
4.2).  Read from right to left, *every* Sigma has means and priors for a given W and b:
many hills, one softmax.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import softjet as sj

Array = NDArray[np.float64]


class Classes(NamedTuple):
    """means (K, 2), log_priors (K,), covariance (2, 2)."""

    means: Array
    log_priors: Array
    covariance: Array


def covariance(spread: float, correlation: float) -> Array:
    """Both features alike: spread^2 [[1, correlation], [correlation, 1]]."""
    return spread**2 * np.array([[1.0, correlation], [correlation, 1.0]])


def behind(W: Array, b: Array, Sigma: Array) -> Classes:
    """The classes of covariance Sigma whose posterior is softmax(W u + b)."""
    means = W @ Sigma
    # Offsets count only up to a constant: log_softmax takes the one that gives priors.
    return Classes(means, sj.log_softmax(b + 0.5 * np.sum(means * W, axis=1)), Sigma)


def weights_of(classes: Classes) -> tuple[Array, Array]:
    """W and b of the classes: the two formulas above."""
    W = np.linalg.solve(classes.covariance, classes.means.T).T
    b: Array = classes.log_priors - 0.5 * np.sum(classes.means * W, axis=1)
    return np.asarray(W, dtype=np.float64), b


def log_joint(classes: Classes, u: Array) -> Array:
    """log pi_k + log N(u; mu_k, Sigma) at points (..., 2), as (..., K)."""
    away = u[..., None, :] - classes.means
    inverse = np.linalg.inv(classes.covariance)
    squares = np.einsum("...i,ij,...j->...", away, inverse, away)
    size = 2.0 * np.pi * np.sqrt(np.linalg.det(classes.covariance))
    return classes.log_priors - 0.5 * squares - np.log(size)
