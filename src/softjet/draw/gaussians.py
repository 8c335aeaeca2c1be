"""Gaussian classes and their posterior, which is a softmax of linear logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, SOLID, panels, solid
from softjet.draw._densities import densities, envelope, log_densities
from softjet.draw._read import array, names_of, row
from softjet.draw._style import CLASSES, FAINT, INK, LINES, MARKERS, legend, tidy
from softjet.draw._winners import winners
from softjet.errors import Refusal

Array = NDArray[np.float64]
LEVELS = (0.5, 0.7, 0.9, 0.99)


def gaussians(
    means: ArrayLike,
    covariance: ArrayLike,
    priors: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """Class densities with one covariance, and the posterior that they give.

        P(k | x) = softmax_k(log P(k) + log N(x; mu_k, Sigma))

    Squares of x are the same for all classes and drop out of the softmax: what is left
    is linear in x, so that borders between classes are straight.

    Parameters
    ----------
    means : (K,) or (K, 2) array
        For one feature, or for two.
    covariance : number, or (2, 2) array
        Positive definite.
    priors : (K,) array
        Positive, with a sum of 1.
    names : K strings, optional
    ax : two Axes, optional
        Flat ones; for two features the first is a 3-D one.

    Returns
    -------
    (2,) array of Axes: densities times priors, and the posterior

    Refused
    -------
    Shapes that do not fit, a covariance that is not positive definite, priors that are
    no probabilities ("draw-gaussians").

    Source
    ------
    Bishop (2006), Pattern Recognition and Machine Learning, section 4.2.

    See also
    --------
    softmax_surfaces : the Gaussians behind a softmax of two logits

    Examples
    --------
    >>> top, bottom = gaussians([-1.0, 1.0], 1.0, [0.5, 0.5])
    >>> y = bottom.lines[0].get_ydata()
    >>> bool(y[0] > 0.99 and y[-1] < 0.01)
    True
    """
    mu, Sigma, pi = _read(means, covariance, priors)
    shown = names_of(names, len(mu))
    if mu.shape[1] == 1:
        return _line(mu, Sigma, pi, shown, ax)
    return _plane(mu, Sigma, pi, shown, ax)


def _line(mu: Array, Sigma: Array, pi: Array, names: list[str], ax: Any) -> Any:
    reach = 3.5 * float(np.sqrt(Sigma[0, 0]))
    at = np.linspace(mu.min() - reach, mu.max() + reach, 301)
    logs = log_densities(at[:, None], mu, Sigma, pi)
    joint, posterior = np.exp(logs), sj.softmax(logs)
    found = panels(ax, (9.6, 3.7), [FLAT, FLAT])
    for k, name in enumerate(names):
        look = {"color": CLASSES[k], "linestyle": LINES[k], "linewidth": 2}
        found[0].plot(at, joint[:, k], label=name, **look)
        found[0].fill_between(at, joint[:, k], color=CLASSES[k], alpha=0.12, lw=0)
        found[1].plot(at, posterior[:, k], label=name, **look)
    for axes in found:
        axes.set_xlim(at[0], at[-1])
    found[0].set_ylim(0.0, 1.12 * joint.max())
    found[1].set_ylim(-0.03, 1.03)
    legend(found[0], loc="upper left")
    tidy(
        found[0], title="Densities of the classes", x="feature", y="density times prior"
    )
    title = "Their posterior is a softmax"
    tidy(found[1], title=title, x="feature", y="probability of the class")
    return found


def _plane(mu: Array, Sigma: Array, pi: Array, names: list[str], ax: Any) -> Any:
    reach = 2.6 * float(np.sqrt(np.diag(Sigma).max()))
    middle = 0.5 * (mu.max(axis=0) + mu.min(axis=0))
    half = 0.5 * np.ptp(mu, axis=0).max() + reach
    at = np.linspace(-half, half, 121)
    x = np.stack(np.meshgrid(at, at, indexing="xy"), axis=-1) + middle
    found = panels(ax, (9.6, 4.5), [SOLID, FLAT], ratios=(1.15, 1.0))
    envelope(found[0], x, densities(x, mu, Sigma, pi))
    labels = ("feature 0", "feature 1", "density times prior")
    solid(found[0], title="Densities of the classes", labels=labels)
    posterior = sj.softmax(log_densities(x, mu, Sigma, pi))
    winners(found[1], x[..., 0], x[..., 1], posterior, LEVELS)
    for k, name in enumerate(names):
        look = {"color": CLASSES[k], "markeredgecolor": "white", "markersize": 8}
        found[1].plot(*mu[k], MARKERS[k], label=name, linestyle="none", **look)
        where = {"xytext": (8, 6), "textcoords": "offset points", "color": INK}
        found[1].annotate(name, tuple(mu[k]), fontsize=9, **where)
    found[1].set(aspect="equal", xlim=x[0, [0, -1], 0], ylim=x[[0, -1], 0, 1])
    title = "Their posterior is a softmax"
    tidy(found[1], title=title, x="feature 0", y="feature 1", grid=False)
    found[1].tick_params(colors=FAINT)
    return found


def _read(means: Any, covariance: Any, priors: Any) -> tuple[Array, Array, Array]:
    pi = row(priors, "priors")
    mu = array(means, "means", ndim=np.ndim(means) if np.ndim(means) in (1, 2) else 2)
    mu = mu.reshape(len(mu), -1)
    Sigma = np.atleast_2d(np.asarray(covariance, dtype=np.float64))
    d = mu.shape[1]
    fits = len(mu) == pi.size and d in (1, 2) and Sigma.shape == (d, d)
    if not fits or not (pi > 0).all() or abs(pi.sum() - 1.0) > 1e-6:
        got = f"means {mu.shape}, covariance {Sigma.shape}, priors {pi.shape}"
        raise _refusal(f"{got} with a sum of {pi.sum():g}")
    if not np.allclose(Sigma, Sigma.T) or np.linalg.eigvalsh(Sigma).min() <= 0:
        raise _refusal("a covariance that is not positive definite")
    return mu, Sigma, pi


def _refusal(got: str) -> Refusal:
    return Refusal(
        "draw-gaussians",
        "means, covariance and priors are no Gaussian classes",
        got=got,
        want="means (K,) or (K, 2), a positive definite covariance, priors of sum 1",
    )
