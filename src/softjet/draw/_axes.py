"""Axes for a picture: the caller's, or those of a new figure of the picture's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from softjet.draw._style import new_figure
from softjet.errors import Refusal

FLAT, SOLID = "2d", "3d"
PROJECTIONS = {FLAT: "rectilinear", SOLID: "3d"}
# One view for all surfaces, so that two pictures can be compared; it is stated there.
VIEW = {"elev": 24.0, "azim": -112.0}


def panels(
    ax: Any,
    size: tuple[float, float],
    kinds: Sequence[str],
    *,
    rows: int = 1,
    ratios: Sequence[float] | None = None,
) -> NDArray[Any]:
    """One Axes for each of `kinds` ("2d" or "3d"), row by row, as a flat array.

    `ax` None makes a figure of `size` inches; anything else is taken as the Axes to
    draw into, and refused unless there are as many as wanted, of the kinds wanted.
    """
    if ax is None:
        return _new(size, kinds, rows, ratios)
    given = np.asarray(ax, dtype=object).ravel()
    if not all(isinstance(axes, Axes) for axes in given):
        raise _refusal(f"{type(ax).__name__}", kinds)
    if [axes.name for axes in given] != [PROJECTIONS[kind] for kind in kinds]:
        raise _refusal(_words([_kind(axes) for axes in given]), kinds)
    return given


def panel(ax: Any, size: tuple[float, float], kind: str = FLAT) -> Any:
    """The one Axes of a picture that needs no more."""
    return panels(ax, size, [kind])[0]


def solid(axes: Any, *, title: str, labels: tuple[str, str, str]) -> Any:
    """The look of a 3-D panel: the one view, pale walls, three labels."""
    axes.view_init(**VIEW)
    axes.set_box_aspect((1.0, 1.0, 0.72), zoom=1.08)
    style: dict[str, Any] = {"color": "#1b1f24", "fontsize": 11, "fontweight": "bold"}
    axes.set_title(title, loc="left", pad=0, parse_math=False, **style)
    for axis, label in zip((axes.xaxis, axes.yaxis, axes.zaxis), labels, strict=True):
        axis.set_label_text(label, color="#5b6570", fontsize=9)
        axis.labelpad = -2
        axis.set_pane_color((1.0, 1.0, 1.0, 0.0))
        axis.line.set_color("#5b6570")
        axis._axinfo["grid"].update(color="#e4e7eb", linewidth=0.6)
        if axis is axes.zaxis:
            axis.set_rotate_label(False)
            axis.label.set_rotation(90)
        axis.set_tick_params(colors="#5b6570", labelsize=7, pad=-1)
    return axes


def _new(
    size: tuple[float, float],
    kinds: Sequence[str],
    rows: int,
    ratios: Sequence[float] | None,
) -> NDArray[Any]:
    # Constrained layout takes a 3-D panel for as large as its empty corners.
    flat, columns = set(kinds) != {SOLID}, len(kinds) // rows
    figure = new_figure(*size, arrange=flat)
    grid = figure.add_gridspec(rows, columns, width_ratios=ratios)
    if not flat:
        figure.subplots_adjust(0.02, 0.03, 0.97, 0.94, wspace=0.06, hspace=0.12)
    found = np.empty(len(kinds), dtype=object)
    for i, kind in enumerate(kinds):
        cell = grid[i // columns, i % columns]
        found[i] = figure.add_subplot(cell, projection=PROJECTIONS[kind])
    return found


def _kind(axes: Axes) -> str:
    known = {name: kind for kind, name in PROJECTIONS.items()}
    return known.get(axes.name, axes.name)


def _words(kinds: Sequence[str]) -> str:
    plural = "" if len(kinds) == 1 else "es"
    return f"{len(kinds)} Ax{plural or 'es'}: " + ", ".join(kinds)


def _refusal(got: str, kinds: Sequence[str]) -> Refusal:
    return Refusal(
        "draw-axes",
        "this picture cannot be drawn into these Axes",
        got=got,
        want=_words(kinds) + "; or ax=None for a figure of its own",
    )
