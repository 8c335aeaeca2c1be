"""The simplex of 3 classes and the plane of their logits, as frames to draw into."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from softjet.draw._geometry import isometry, outline
from softjet.draw._style import CLASSES, FAINT, GRID, INK, tidy

Array = NDArray[np.float64]
PLANE = isometry(3)
CORNERS = np.eye(3)
# Behind letters that may fall on a line.
VEIL = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}


def on_page(rows: Array) -> tuple[Array, Array]:
    """Rows (..., 3), probabilities or logits, as x and y on the page."""
    at = rows @ PLANE
    return at[..., 0], at[..., 1]


def triangle(axes: Any, names: list[str], title: str) -> Any:
    """The simplex: a line each tenth, corners named in their class's colour.

    The probability of a class is 1 in its corner and 0 on the side across; the tenths
    are written on the left side, for the class on top.
    """
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        for tenth in np.arange(1, 10) / 10:
            ends = np.stack(
                [tenth * CORNERS[k] + (1 - tenth) * CORNERS[m] for m in (i, j)]
            )
            axes.plot(*on_page(ends), color=GRID, linewidth=0.6, zorder=0.5)
    side = Polygon(CORNERS @ PLANE, closed=True, fill=False, edgecolor=FAINT, lw=1.0)
    axes.add_patch(side)
    axes.plot(*on_page(np.full(3, 1 / 3)), "+", color=FAINT, markersize=7)
    for k, (name, up) in enumerate(zip(names, (-1, -1, 1), strict=True)):
        look: dict[str, Any] = {"color": CLASSES[k], "fontweight": "bold"}
        look |= {"ha": "center", "va": "center", "fontsize": 9, "parse_math": False}
        x, y = on_page(CORNERS[k])
        axes.text(x, y + up * 0.09, name, **look)
    for tenth in (0.2, 0.4, 0.6, 0.8):
        x, y = on_page(np.array([1 - tenth, 0.0, tenth]))
        axes.text(x - 0.03, y, f"{tenth:g}", ha="right", fontsize=7, color=FAINT)
    tidy(axes, title=title, x="", y="", grid=False)
    axes.set(aspect="equal", xlim=(-0.86, 0.86), ylim=(-0.70, 1.02))
    axes.set(xticks=[], yticks=[])
    return axes


def plane(axes: Any, names: list[str], title: str, width: float) -> Any:
    """Logits of 3 classes less their mean, inside the hexagon of a range of `width`."""
    hexagon = outline(width) @ PLANE
    axes.add_patch(Polygon(hexagon, closed=True, fill=False, edgecolor=FAINT, lw=1.0))
    for k, name in enumerate(names):
        x, y = on_page(width * CORNERS[k])
        axes.plot([0, x], [0, y], color=GRID, linewidth=0.8, zorder=0.5)
        look: dict[str, Any] = {"color": CLASSES[k], "fontweight": "bold"}
        look |= {"ha": "center", "va": "center", "fontsize": 9, "parse_math": False}
        axes.text(1.14 * x, y + (0.1 if y > 0 else -0.11) * width, name, **look)
    axes.plot(0, 0, "+", color=FAINT, markersize=7)
    tidy(axes, title=title, x="", y="", grid=False)
    half = 1.0 * width
    axes.set(aspect="equal", xlim=(-half, half), ylim=(-half, half))
    axes.set(xticks=[], yticks=[])
    return axes


def arrow(
    axes: Any, start: Array, step: Array, label: str, colour: str = INK, **place: Any
) -> Any:
    """An arrow from one row (3,) along another, with its name beside the head."""
    begin, end = start @ PLANE, (start + step) @ PLANE
    look = {"arrowstyle": "-|>", "color": colour, "lw": 2.0, "mutation_scale": 13}
    look |= {"shrinkA": 0, "shrinkB": 0}
    drawn = axes.annotate("", xy=end, xytext=begin, arrowprops=look, zorder=3)
    where = {"xytext": (6, 4), "textcoords": "offset points", "color": colour}
    look = {**where, "bbox": VEIL, **place}
    axes.annotate(label, end, fontsize=10, zorder=5, **look)
    return drawn
