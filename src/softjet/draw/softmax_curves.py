"""Softmax against one logit: as one rises, the others share what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import index, names_of, row
from softjet.draw._style import CLASSES, FAINT, LINES, legend, tidy

POINTS = 241


def softmax_curves(
    logits: ArrayLike,
    moving: int = -1,
    *,
    span: float = 8.0,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """Every probability, and its derivative, against one logit of a row.

        y_k(x_j),   d y_k / d x_j = y_k (d_jk - y_j)

    The curve of the moving class is a sigmoid: y_j = 1/2 where x_j is the logsumexp of
    the others, which a line marks.  The slopes sum to 0 everywhere.

    Parameters
    ----------
    logits : (K,) array, 2 <= K <= 8
        The row in nats; its entry `moving` is replaced.
    moving : int
        The class whose logit moves.
    span : float
        It moves from -span to span nats.
    names : K strings, optional
    ax : two flat Axes, optional

    Returns
    -------
    (2,) array of Axes: probabilities in [0, 1], slopes in [-1/4, 1/4]

    See also
    --------
    softmax_surfaces : against two logits

    Examples
    --------
    >>> left, right = softmax_curves([1.0, 0.0, -1.0])
    >>> len(left.lines), [float(end) for end in right.get_ylim()]
    (4, [-0.27, 0.27])
    """
    x = row(logits)
    j, K = index(moving, x.size, "class"), x.size
    at = np.linspace(-span, span, POINTS)
    rows, tangents = np.tile(x, (POINTS, 1)), np.zeros((POINTS, K))
    rows[:, j], tangents[:, j] = at, 1.0
    y, slopes = sj.softmax.jvp(rows, tangents)
    left, right = found = panels(ax, (9.6, 3.7), [FLAT, FLAT])
    for axes, values in ((left, y), (right, slopes)):
        for k, name in enumerate(names_of(names, K)):
            look = {"color": CLASSES[k], "linestyle": LINES[k], "linewidth": 2}
            axes.plot(at, values[:, k], label=name, **look)
        axes.set_xlim(-span, span)
    half = float(sj.logsumexp(np.delete(x, j)))
    left.axvline(half, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    note = {"fontsize": 8, "color": FAINT, "rotation": 90, "va": "top", "ha": "right"}
    where = {"xytext": (-3, 0), "textcoords": "offset points"}
    left.annotate("logsumexp of the others", (half, 1.0), **where, **note)
    left.set_ylim(-0.03, 1.03)
    right.set_ylim(-0.27, 0.27)
    legend(left, loc="center left")
    x_label = f"logit $x_{j}$ (nats)"
    tidy(left, title="Softmax against one logit", x=x_label, y="probability $y_k$")
    y_label = rf"$\partial y_k\,/\,\partial x_{j}$ (per nat)"
    tidy(right, title="Its derivative", x=x_label, y=y_label)
    return found
