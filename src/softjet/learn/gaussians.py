"""The weights of linear discriminant analysis: where a softmax regression may start.

    x | k ~ N(mu_k, Sigma)   =>   log P(k | x) = <x, w_k> + b_k - logsumexp
    w_k = Sigma^-1 mu_k,     b_k = log pi_k - <mu_k, w_k> / 2

With one covariance the squares of x are the same for every class and drop out of the
softmax.  Source: Bishop (2006), Pattern Recognition and Machine Learning, 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from softjet.errors import Refusal
from softjet.learn.partials import Array
from softjet.learn.preconditioner import centred


def discriminant(
    means: ArrayLike, covariance: ArrayLike, priors: ArrayLike
) -> tuple[Array, Array]:
    """W (features, classes) and b (classes,), both summing to 0 over classes."""
    mu, Sigma, pi = (np.asarray(a, np.float64) for a in (means, covariance, priors))
    _refuse_shapes(mu, Sigma, pi)
    _refuse_values(mu, Sigma, pi)
    try:
        np.linalg.cholesky(Sigma)
    except np.linalg.LinAlgError:
        raise _singular(Sigma) from None
    W = np.linalg.solve(Sigma, mu.T)
    b = np.log(pi) - 0.5 * np.einsum("kj,jk->k", mu, W)
    return centred(W), centred(b)


def _refuse_shapes(mu: Array, Sigma: Array, pi: Array) -> None:
    K, d = mu.shape if mu.ndim == 2 else (0, 0)
    if K < 2 or Sigma.shape != (d, d) or pi.shape != (K,):
        raise Refusal(
            "gaussians-shape",
            "means, covariance and priors do not fit together",
            got=f"means {mu.shape}, covariance {Sigma.shape}, priors {pi.shape}",
            want="means (classes, features), covariance (features, features), "
            "priors (classes,), 2 classes or more",
        )


def _refuse_values(mu: Array, Sigma: Array, pi: Array) -> None:
    finite: Any = all(np.isfinite(a).all() for a in (mu, Sigma, pi))
    if not (finite and (pi > 0.0).all() and abs(pi.sum() - 1.0) <= 1e-6):
        raise Refusal(
            "gaussians-priors",
            "the priors are no probabilities, or a number is not finite",
            got=f"priors with a sum of {pi.sum():g} and a least of {pi.min():g}",
            want="finite numbers; priors above 0 with a sum of 1",
        )
    if not np.allclose(Sigma, Sigma.T, rtol=1e-8, atol=1e-10 * np.abs(Sigma).max()):
        raise Refusal(
            "gaussians-symmetric",
            "the covariance is not symmetric",
            got=f"an asymmetry of {np.abs(Sigma - Sigma.T).max():g}",
            want="a covariance that equals its transpose",
        )


def _singular(Sigma: Array) -> Refusal:
    least = float(np.linalg.eigvalsh(Sigma).min())
    return Refusal(
        "gaussians-singular",
        "the covariance is not positive definite",
        got=f"a least eigenvalue of {least:.3g}",
        want="eigenvalues above 0",
        hint="add a small multiple of the identity",
    )
