"""The simplex of 3 classes: points, and lines of equal entropy or equal loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import panel
from softjet.draw._geometry import lattice
from softjet.draw._read import array, index, names_of
from softjet.draw._style import CLASSES, INK, MARKERS, PALE, colour_bar
from softjet.draw._triangle import VEIL, on_page, triangle
from softjet.errors import Refusal

Array = NDArray[np.float64]
# Lines at fixed values, in nats, so that two pictures can be compared.
ENTROPIES = (0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.05, 1.09)
LOSSES = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
FINE = 120


def simplex(
    logits: ArrayLike, *, names: Sequence[str] | None = None, ax: Any = None
) -> Axes:
    """Rows of three logits as points of the simplex, softmax(x), and their argmax.

        y_0 + y_1 + y_2 = 1,  y_k >= 0

    Parameters
    ----------
    logits : (3,) or (n, 3) array
        In nats.  A point's colour and marker are those of its largest entry.
    names : 3 strings, optional
    ax : flat Axes, optional

    Returns
    -------
    Axes; the points are its collections, in Cartesian coordinates

    See also
    --------
    simplex_contours, simplex_fields

    Examples
    --------
    >>> axes = simplex([0.0, 0.0, 0.0])
    >>> axes.lines[-1].get_xydata().round(12) + 0.0
    array([[0., 0.]])
    """
    x = three(logits)
    axes = triangle(panel(ax, (5.2, 4.9)), names_of(names, 3), "Points of the simplex")
    y = sj.softmax(x)
    for k in range(3):
        of = y[y.argmax(axis=1) == k]
        if len(of):
            look: dict[str, Any] = {"color": CLASSES[k], "markersize": 7}
            look |= {"markeredgecolor": "white", "linestyle": "none", "zorder": 3}
            axes.plot(*on_page(of), MARKERS[k], **look)
    if len(y) == 1:
        text = "y = (" + ", ".join(f"{v:.3f}" for v in y[0]) + ")"
        where = {"xytext": (9, 5), "textcoords": "offset points", "bbox": VEIL}
        axes.annotate(text, np.ravel(on_page(y[0])), fontsize=9, color=INK, **where)
    return axes


def simplex_contours(
    of: str = "entropy",
    label: int = 0,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> Axes:
    """Lines of equal entropy, of equal log loss, or of equal squared error.

        -<y, log y>,   -log y_label,   |y - e_label|^2 / 2        in nats, in nats, -

    The entropy is largest, log 3 = 1.0986 nats, at the centre.  Lines of equal loss are
    parallel to the side across from the label: the loss sees no other probability.
    Those of the squared error are circles round the label's corner.

    Parameters
    ----------
    of : "entropy", "loss" or "squared error"
    label : int
        The right class, for the losses.
    names : 3 strings, optional
    ax : flat Axes, optional

    Returns
    -------
    Axes; colours and lines at fixed values

    Examples
    --------
    >>> simplex_contours("loss", label=2).get_title(loc="left")
    'Log loss of class 2 (nats)'
    """
    k, shown = index(label, 3, "class"), names_of(names, 3)
    y = lattice(FINE, edges=True)
    values, levels, title, most = _measured(of, y, k, shown[k])
    axes = panel(ax, (5.6, 4.9))
    mesh = Triangulation(*on_page(y))
    limits = {"vmin": 0.0, "vmax": most, "shading": "gouraud", "rasterized": True}
    image = axes.tripcolor(mesh, values, cmap=PALE, **limits)
    lines = axes.tricontour(mesh, values, levels, colors=INK, linewidths=0.7)
    axes.clabel(lines, fmt=lambda value: f"{value:g}", fontsize=7, colors=INK)
    triangle(axes, shown, title)
    colour_bar(
        axes, image, "nats" if of != "squared error" else "half squared distance"
    )
    return axes


def _measured(of: str, y: Array, k: int, name: str) -> tuple[Array, Any, str, float]:
    with np.errstate(divide="ignore"):
        logits = np.log(y)
    if of == "entropy":
        most = float(np.log(3.0))
        return sj.entropy(logits), ENTROPIES, "Entropy (nats)", most
    if of == "loss":
        ids = np.full(len(y), k)
        loss = sj.cross_entropy(logits, ids, reduction="none")
        # On the side across it is infinite: beyond the last line and colour anyway.
        loss = np.minimum(loss, 2 * LOSSES[-1])
        return loss, LOSSES, f"Log loss of {name} (nats)", LOSSES[-1]
    if of == "squared error":
        half = 0.5 * ((y - np.eye(3)[k]) ** 2).sum(axis=1)
        return half, np.arange(1, 10) / 10, f"Squared error of {name}", 1.0
    raise Refusal(
        "draw-contours",
        "the simplex has no such lines",
        got=f"of={of!r}",
        want='"entropy", "loss" or "squared error"',
    )


def three(logits: ArrayLike) -> Array:
    """Rows (n, 3) from one row or several."""
    ndim = np.ndim(logits) if np.ndim(logits) in (1, 2) else 2
    x = array(logits, "logits", ndim=ndim)
    if x.shape[-1] != 3:
        raise Refusal(
            "draw-three",
            "the simplex is drawn for three classes",
            got=f"logits {x.shape}",
            want="logits (3,) or (n, 3)",
        )
    return np.atleast_2d(x)
