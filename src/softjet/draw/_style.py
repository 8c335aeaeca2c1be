"""One look for all pictures: dark text on white, few lines, colours all can tell apart.

The colours are Okabe and Ito's, chosen to stay apart under every common kind of colour
blindness; signed quantities run from orange over white to blue for the same reason.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

INK, FAINT, GRID = "#1b1f24", "#5b6570", "#e4e7eb"
BLUE, ORANGE = "#0072b2", "#d55e00"
GREEN, PURPLE, AMBER, SKY = "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
# A class is told by its colour and by its line or marker, never by colour alone.
CLASSES = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, INK, FAINT)
LINES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (1.5, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (10, 2)),
    (0, (3, 1.5)),
    (0, (1, 3)),
    (0, (8, 2, 1, 2, 1, 2)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
SIGNED = LinearSegmentedColormap.from_list("signed", [ORANGE, "#fdfdfd", BLUE])
# Pale, so that dark lines and letters stay readable on all of it.
PALE = LinearSegmentedColormap.from_list("pale", ["#fdfdfd", "#9cc9e3", "#63b3dc"])
# Never white, so that an arrow of any size is seen.
SIZES = LinearSegmentedColormap.from_list("sizes", ["#a9d3ea", BLUE, "#00263d"])
COUNTS = LinearSegmentedColormap.from_list("counts", ["#fdfdfd", "#9cc9e3", BLUE])

# Above this many classes, numbers and names in a matrix would overlap.
MOST_NAMED = 15


def new_figure(width: float, height: float, *, arrange: bool = True) -> Figure:
    """An empty figure of this size in inches, laid out without overlaps."""
    layout: Any = "constrained" if arrange else None
    figure = Figure(figsize=(width, height), layout=layout, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure, dpi: int = 160) -> bytes:
    """The figure as a PNG file; the same bytes for the same figure."""
    buffer = io.BytesIO()
    # Tight: constrained layout leaves no room for titles over square images.
    options: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.12}
    options["metadata"] = {"Software": None}
    with warnings.catch_warnings():
        # A name in a script the font lacks, or one too long for the layout: the picture
        # is still drawn, and whoever reads the report can do nothing about either.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(buffer, format="png", dpi=dpi, **options)
    return buffer.getvalue()


def tidy(
    axes: Axes,
    *,
    title: str,
    x: str,
    y: str,
    grid: bool = True,
    formula: bool = False,
) -> Axes:
    """Labels with units, light grid, no box; dollars in a title only of a formula."""
    look: dict[str, Any] = {"color": INK, "fontsize": 11, "fontweight": "bold"}
    axes.set_title(title, loc="left", pad=10, parse_math=formula, **look)
    axes.set_xlabel(x, color=FAINT, fontsize=9)
    axes.set_ylabel(y, color=FAINT, fontsize=9)
    axes.tick_params(which="both", colors=FAINT, labelsize=8, length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(grid and side in ("left", "bottom"))
        spine.set_color(GRID)
    if grid:
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
    return axes


def legend(axes: Axes, **options: Any) -> None:
    """Names of the lines, without a box, long enough to show how each is dashed."""
    look: dict[str, Any] = {"fontsize": 8, "labelcolor": INK, "handlelength": 3.2}
    axes.legend(frameon=False, **{**look, **options})


def short(name: str, most: int) -> str:
    """A name of the user's on one line of at most `most` characters."""
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "\u2026"


def name_cells(
    axes: Axes, image: AxesImage, texts: np.ndarray, names: list[str]
) -> None:
    """Names along both sides and a text in each cell, where there is room."""
    if len(names) > MOST_NAMED:
        return
    shown = [short(name, 12) for name in names]
    turn = 45 if max(map(len, shown)) > 4 else 0
    # parse_math: a dollar in a name is a dollar, not the start of a formula.
    axes.set_xticks(range(len(names)), shown, rotation=turn, parse_math=False)
    axes.set_yticks(range(len(names)), shown, parse_math=False)
    colours = image.to_rgba(np.asarray(image.get_array()))
    # Luma of the cell, as in Rec. 601: dark cells get white digits.
    dark = colours[..., :3] @ [0.299, 0.587, 0.114] < 0.55
    for (i, j), text in np.ndenumerate(texts):
        axes.text(
            *(j, i, text),
            ha="center",
            va="center",
            fontsize=8 if len(names) <= 10 else 6,
            color="white" if dark[i, j] else INK,
        )


def colour_bar(axes: Axes, image: AxesImage, label: str) -> None:
    """The scale of an image, beside it."""
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.85, pad=0.02)
    bar.set_label(label, color=FAINT, fontsize=9)
    bar.ax.tick_params(colors=FAINT, labelsize=8, length=0)
    bar.outline.set_visible(False)
