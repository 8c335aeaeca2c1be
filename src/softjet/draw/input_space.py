"""The shape of the input space: which logits go to which class, for 3, 4 and 5 classes.

A constant added to all logits changes nothing, so K classes need K - 1 dimensions: a
plane for 3, space for 4.  The five directions of 5 classes span four dimensions; they
are shown along the direction of the last class, which treats the other four alike (any
other projection tells one of them apart), and leaves the tetrahedron of 4 classes with
the last one in its centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
from matplotlib.patches import Polygon
from numpy.typing import NDArray

import softjet as sj
from softjet.draw import _half_surfaces as half
from softjet.draw._axes import SOLID, panel, panels
from softjet.draw._geometry import isometry, outline, shell
from softjet.draw._read import names_of, row
from softjet.draw._style import CLASSES, FAINT, INK
from softjet.draw._triangle import PLANE, VEIL, on_page, plane
from softjet.draw._winners import winners

Array = NDArray[np.float64]
LEVELS = (0.5, 0.7, 0.9, 0.99)
POINTS = 401


def input_space_3(
    width: float = 8.0, *, names: Sequence[str] | None = None, ax: Any = None
) -> Any:
    """The plane of three logits: six orders of them, three winners, lines of certainty.

        {x : x_0 + x_1 + x_2 = 0, largest - smallest <= width}      a hexagon

    The hue is the class with the largest probability, its depth how large it is; solid
    lines where that is 0.5, 0.7, 0.9 and 0.99, dashed ones where two logits are equal.

    Parameters
    ----------
    width : float
        Range of the logits at the border, in nats.
    names : 3 strings, optional
    ax : flat Axes, optional

    Returns
    -------
    Axes

    See also
    --------
    input_space_4, input_space_5 : with more classes

    Examples
    --------
    >>> axes = input_space_3()
    >>> sum(" > " in text.get_text() for text in axes.texts)
    6
    """
    axes = panel(ax, (5.6, 5.4))
    shown = names_of(names, 3)
    reach = width * np.sqrt(2.0 / 3.0)
    at = np.linspace(-reach, reach, POINTS)
    x = np.stack(np.meshgrid(at, at, indexing="xy"), axis=-1) @ PLANE.T
    y = sj.softmax(x)
    inside = np.ptp(x, axis=-1) <= width
    image = winners(axes, *on_page(x), y, LEVELS, inside)
    hexagon = Polygon(outline(width) @ PLANE, closed=True, transform=axes.transData)
    image.set_clip_path(hexagon)
    title = "The plane of three logits, less their mean"
    plane(axes, shown, title, width)
    for order in permutations(range(3)):
        middle = np.zeros(3)
        middle[list(order)] = width * np.array([0.80, 0.40, 0.0])
        text = " > ".join(f"$x_{k}$" for k in order)
        where = {"ha": "center", "va": "center", "fontsize": 7.5, "color": INK}
        axes.text(*on_page(middle), text, **where)
    for k in range(3):
        # x_i = x_j for the two others: a diameter along e_k - 1/3, corner to corner.
        ends = width * np.stack([np.eye(3)[k], 1.0 - np.eye(3)[k]])
        axes.plot(*on_page(ends), color=FAINT, lw=0.8, ls=(0, (4, 3)))
    return axes


def input_space_4(
    width: float = 8.0,
    certain: float = 0.5,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> Any:
    """The space of four logits: where each class has a probability of 1/2.

        {x : x_0 + x_1 + x_2 + x_3 = 0, largest - smallest <= width}

    The border is a rhombic dodecahedron, drawn by its edges; class directions point to
    the corners of a tetrahedron.  Beyond a class's surface lies all that it wins with
    probability `certain`; in the middle nobody has so much.  Surfaces go on to the
    border; they are cut where they would hide each other.

    Parameters
    ----------
    width : float
        Range of the logits at the border, in nats.
    certain : float
        The probability on the surfaces, 1/2 or more, below 1.
    names : 4 strings, optional
    ax : 3-D Axes, optional

    Returns
    -------
    3-D Axes

    Examples
    --------
    >>> axes = input_space_4()
    >>> len(axes.collections)  # four surfaces
    4
    """
    axes = panel(ax, (5.8, 5.6), SOLID)
    shown = names_of(names, 4)
    for k in range(4):
        logits = half.of_one(4, k, certain, width)
        _sheet(axes, logits @ isometry(4), CLASSES[k])
    _frame(axes, shown, width)
    title = f"Four logits: each class's surface of probability {certain:g}"
    return _bare(axes, title, 0.62 * width)


def input_space_5(
    last: Sequence[float] = (0.0, 2.0, 3.0),
    width: float = 8.0,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """The space of five logits, cut across the direction of the last class.

        x_4 = last + mean(x_0 .. x_3)          one cut per panel, three dimensions each

    Surfaces are where a class has probability 1/2.  The last class's is closed: it
    encloses {logsumexp(x_0 .. x_3) <= x_4}, which is empty below log 4 = 1.386, and
    grows like a rounded tetrahedron, pushing the others out.

    Parameters
    ----------
    last : (n,) numbers, at most 4 of them
        The last logit above the mean of the others, in nats, in each panel.
    width : float
        Range of the four others at the border, in nats.
    names : 5 strings, optional
    ax : n 3-D Axes, optional

    Returns
    -------
    (n,) array of 3-D Axes

    Examples
    --------
    >>> axes = input_space_5([0.0, 4.0])
    >>> [len(a.collections) for a in axes]  # at 0 the last class has no surface
    [4, 5]
    """
    cuts, shown = row(last, "cuts", least=1, most=4), names_of(names, 5)
    found = panels(ax, (3.7 * cuts.size, 4.3), [SOLID] * cuts.size)
    for axes, cut in zip(found, cuts, strict=True):
        centre = half.of_last(cut, width)
        if centre is not None:
            _sheet(axes, centre @ isometry(4), CLASSES[4])
        for k in range(4):
            _sheet(axes, half.beside_last(k, cut, width) @ isometry(4), CLASSES[k])
        _frame(axes, shown[:4], width)
        title = f"{shown[4]}, in the middle, at {cut:g} nats"
        _bare(axes, title, 0.62 * width)
    return found


def _sheet(axes: Any, at: Array, colour: str) -> None:
    mesh = {"rcount": len(at), "ccount": len(at[0]), "linewidth": 0}
    look = {"color": colour, "alpha": 0.35, "shade": False, "rasterized": True}
    drawn = axes.plot_surface(at[..., 0], at[..., 1], at[..., 2], **look, **mesh)
    drawn.set_edgecolor("none")
    # Without shading, rings and rays carry the shape.
    for line in (*at[4::4], *at[:, ::12].swapaxes(0, 1)):
        axes.plot(*line.T, color=colour, linewidth=0.6)


def _frame(axes: Any, names: list[str], width: float) -> None:
    corners, edges = shell(4, width)
    at = corners @ isometry(4)
    for i, j in edges:
        axes.plot(*at[[i, j]].T, color=FAINT, linewidth=0.5)
    for k, name in enumerate(names):
        tip = width * np.eye(4)[k] @ isometry(4)
        axes.plot(*np.stack([0.0 * tip, tip]).T, color=CLASSES[k], linewidth=1.2)
        look: dict[str, Any] = {"color": CLASSES[k], "fontweight": "bold"}
        look |= {"ha": "center", "va": "center", "fontsize": 9, "parse_math": False}
        axes.text(*(1.12 * tip), name, bbox=VEIL, **look)


def _bare(axes: Any, title: str, reach: float) -> Any:
    """No box and no ticks: every direction is a mixture of logits."""
    axes.set_axis_off()
    axes.view_init(elev=16.0, azim=-72.0)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
    axes.set_box_aspect((1.0, 1.0, 1.0), zoom=1.0)
    axes.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold")
    return axes
