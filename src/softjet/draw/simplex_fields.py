"""Where descent goes: the field of logits, and what it does to probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._geometry import lattice
from softjet.draw._read import index, names_of
from softjet.draw._style import FAINT, SIZES, colour_bar
from softjet.draw._triangle import on_page, triangle

Array = NDArray[np.float64]
STEPS, LENGTH = 15, 0.072
# |y - t| is largest in a corner that is sure and wrong; |J (y - t)| on a side, where
# y_label = 1/3 and one other has the rest: 2 sqrt(2) y (1 - y)^2.
MOST = (np.sqrt(2.0), 8.0 * np.sqrt(2.0) / 27.0)


def simplex_fields(
    label: int = 0, *, names: Sequence[str] | None = None, ax: Any = None
) -> NDArray[Any]:
    """Steepest descent of the log loss: its step of logits, and of probabilities.

        x_dot = -(y - e_label)                 minus the gradient by logits
        y_dot = J x_dot = softmax.pushforward(y, x_dot)

    Both are drawn at the point y.  All arrows have one length, their size is the
    colour: towards the corners the second field vanishes, right or wrong, and no length
    would be seen.

    Parameters
    ----------
    label : int
        The right class.
    names : 3 strings, optional
    ax : two flat Axes, optional

    Returns
    -------
    (2,) array of Axes: in logit space, in probability space

    See also
    --------
    push_and_pull : one tangent and one cotangent

    Examples
    --------
    >>> left, right = simplex_fields(label=1)
    >>> left.get_title(loc="left"), right.get_title(loc="left")
    ('In logit space: -(y - t)', 'In probability space: J times it')
    """
    k, shown = index(label, 3, "class"), names_of(names, 3)
    y = lattice(STEPS)
    fields = descent(y, k)
    titles = ("In logit space: -(y - t)", "In probability space: J times it")
    units = ("nats per unit of step", "probability per unit of step")
    found = panels(ax, (10.4, 4.7), [FLAT, FLAT])
    for axes, field, title, unit, most in zip(
        found, fields, titles, units, MOST, strict=True
    ):
        triangle(axes, shown, title)
        size = np.linalg.norm(field, axis=1)
        u, v = on_page(LENGTH * field / size[:, None])
        look = {"angles": "xy", "scale_units": "xy", "scale": 1, "pivot": "middle"}
        look |= {"cmap": SIZES, "width": 0.0055, "headwidth": 4.2, "zorder": 2}
        arrows = axes.quiver(*on_page(y), u, v, size, **look)
        arrows.set_clim(0.0, most)
        colour_bar(axes, arrows, f"length of the arrow ({unit})")
        note = f"t = {shown[k]}"
        where = {"transform": axes.transAxes, "ha": "right", "va": "top"}
        axes.text(0.99, 0.97, note, fontsize=9, color=FAINT, **where)
    return found


def descent(y: Array, label: int) -> tuple[Array, Array]:
    """Minus the gradient of the log loss by logits at each y, and its pushforward."""
    ids = np.full(len(y), label)
    grad = sj.cross_entropy.value_and_grad(np.log(y), ids, reduction="none")[1]
    return -grad, sj.softmax.pushforward(y, -grad)
