"""Gaussian densities times priors, and the surface of whichever is largest."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LightSource, to_rgb
from numpy.typing import NDArray

from softjet.draw._style import CLASSES

Array = NDArray[np.float64]


def log_densities(x: Array, means: Array, covariance: Array, priors: Array) -> Array:
    """log P(k) + log N(x; mu_k, Sigma) at points (..., d), as (..., K)."""
    factor = np.linalg.cholesky(covariance)
    away = (x[..., None, :] - means)[..., None]
    white = np.linalg.solve(factor, away)[..., 0]
    size = np.log(np.diag(factor)).sum() + 0.5 * x.shape[-1] * np.log(2.0 * np.pi)
    return np.log(priors) - 0.5 * (white**2).sum(axis=-1) - size


def densities(x: Array, means: Array, covariance: Array, priors: Array) -> Array:
    """P(k) N(x; mu_k, Sigma) at points (..., d), as (..., K)."""
    return np.exp(log_densities(x, means, covariance, priors))


def envelope(axes: Any, x: Array, values: Array) -> None:
    """The largest of (n, n, K) values over points (n, n, 2), coloured by its class.

    One surface instead of K: the drawing order of 3-D Axes is by surface, so that K of
    them would show whichever came last instead of whichever is in front.
    """
    z, winner = values.max(axis=-1), values.argmax(axis=-1)
    colours = np.array([to_rgb(CLASSES[k]) for k in range(values.shape[-1])])[winner]
    light = LightSource(azdeg=300, altdeg=45)
    lit = light.hillshade(z / z.max() * len(z) * 0.5)[..., None]
    shaded = np.clip(colours * (0.55 + 0.5 * lit) + 0.12 * lit, 0.0, 1.0)
    mesh = {"rcount": len(x), "ccount": len(x), "linewidth": 0, "antialiased": False}
    axes.plot_surface(
        x[..., 0],
        x[..., 1],
        z,
        facecolors=shaded,
        shade=False,
        rasterized=True,
        **mesh,
    )
    axes.set_zlim(0.0, None)
