"""Softmax over two of its logits: the surface, its slopes, and Gaussians behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import SOLID, panels, solid
from softjet.draw._densities import densities, envelope
from softjet.draw._read import index, row
from softjet.draw._style import SIGNED

Array = NDArray[np.float64]
POINTS = 61


def softmax_surfaces(
    rest: ArrayLike = (),
    of: int = 0,
    *,
    span: float = 6.0,
    ax: Any = None,
) -> NDArray[Any]:
    """A probability over two logits, its two derivatives, and Gaussians behind it.

        y_i(x_0, x_1),   d y_i / d x_0,   d y_i / d x_1,   P(k) N(x; mu_k, 1)

    Gaussians of covariance 1 have the softmax for their posterior: with means e_0, e_1
    and, for each logit c held fixed, 0, and priors P(k) proportional to e^(1/2),
    e^(1/2) and e^c, the probability of class k at x is exactly softmax(x_0, x_1, c)_k.

    Parameters
    ----------
    rest : (K - 2,) array, K <= 8
        The logits held fixed: none for 2 classes, one for 3.
    of : int
        The class whose probability is shown.
    span : float
        x_0 and x_1 run from -span to span nats.
    ax : four 3-D Axes, optional

    Returns
    -------
    (4,) array of 3-D Axes; the probability stands in [0, 1], slopes in [-1/4, 1/4]

    Source
    ------
    The posterior of Gaussians: Bishop (2006), Pattern Recognition and Machine Learning,
    section 4.2.

    See also
    --------
    gaussians : densities of your own, and their posterior

    Examples
    --------
    >>> axes = softmax_surfaces([0.0])  # three classes, the third logit held at 0
    >>> [float(a.get_zlim()[0]) for a in axes[:2]]
    [0.0, -0.25]
    """
    fixed = row(rest, "fixed logits", least=0, most=6)
    i = index(of, fixed.size + 2, "class")
    at = np.linspace(-span, span, POINTS)
    x = np.stack(np.meshgrid(at, at, indexing="xy"), axis=-1)
    found = panels(ax, (9.4, 7.6), [SOLID] * 4, rows=2)
    values = surface_values(x, fixed, i)
    moved = (None, 0, 1)
    for axes, z, j in zip(found, values, moved, strict=False):
        _surface(axes, x, z, i, j)
    means, priors = gaussians_behind(fixed)
    fine = np.linspace(-2.7, 3.7, 121)
    near = np.stack(np.meshgrid(fine, fine, indexing="xy"), axis=-1)
    joint = densities(near, means, np.eye(2), priors)
    envelope(found[3], near, joint)
    labels = ("$x_0$ (nats)", "$x_1$ (nats)", "density times prior")
    solid(found[3], title="Gaussians whose posterior this is", labels=labels)
    return found


def surface_values(x: Array, fixed: Array, of: int) -> tuple[Array, Array, Array]:
    """The probability of a class at logits (x_0, x_1, fixed), and both derivatives."""
    tail = np.broadcast_to(fixed, (*x.shape[:-1], fixed.size))
    logits = np.concatenate((x, tail), axis=-1)
    slopes = []
    for j in (0, 1):
        x_dot = np.zeros_like(logits)
        x_dot[..., j] = 1.0
        y, y_dot = sj.softmax.jvp(logits, x_dot)
        slopes.append(y_dot[..., of])
    return y[..., of], slopes[0], slopes[1]


def gaussians_behind(fixed: Array) -> tuple[Array, Array]:
    """Means (K, 2) and priors (K,) whose posterior at x is softmax(x_0, x_1, fixed)."""
    means = np.zeros((fixed.size + 2, 2))
    means[:2] = np.eye(2)
    # log P(k) - |mu_k|^2 / 2 is to be the offset of the class: 0, 0 and the fixed ones.
    return means, sj.softmax(np.concatenate(([0.5, 0.5], fixed)))


def _surface(axes: Any, x: Array, z: Array, i: int, j: int | None) -> None:
    low, high = (0.0, 1.0) if j is None else (-0.25, 0.25)
    colours = "cividis" if j is None else SIGNED
    look = {"cmap": colours, "vmin": low, "vmax": high, "rasterized": True}
    mesh = {"rcount": POINTS, "ccount": POINTS, "linewidth": 0.2}
    drawn = axes.plot_surface(x[..., 0], x[..., 1], z, **look, **mesh)
    drawn.set_edgecolor("face")
    floor = {"zdir": "z", "offset": low, "linewidths": 0.8}
    levels = np.linspace(low, high, 11)[1:-1]
    axes.contour(x[..., 0], x[..., 1], z, levels, colors="#5b6570", **floor)
    axes.set_zlim(low, high)
    title = f"Probability of class {i}"
    label = f"$y_{i}$"
    if j is not None:
        title = f"Its derivative by logit {j}"
        label = rf"$\partial y_{i}/\partial x_{j}$"
    solid(axes, title=title, labels=("$x_0$ (nats)", "$x_1$ (nats)", label))
