"""Weights of each class: as images where features are pixels, as bars otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.draw._axes import FLAT, panels
from softjet.draw._style import BLUE, FAINT, INK, ORANGE, SIGNED, short, tidy

# Classes shown: more panels than this are too small to read.
MOST_PANELS = 12


def weight_images(
    coef: np.ndarray, shape: tuple[int, int], names: list[str], *, ax: Any = None
) -> NDArray[Any]:
    """Weights (classes, pixels) as one image per class, on one signed scale.

    `ax` is an Axes for each class, of which the first 12 are shown.
    """
    found = _panels(ax, len(names), columns=5, height=1.75, width=9.0)
    # The 99th percentile, because single pixels that are nearly always empty have
    # weights so large that they would wash out the rest.
    most = float(np.quantile(np.abs(coef), 0.99)) or 1.0
    for axes, row, name in zip(found, coef, names, strict=False):
        pixels = row.reshape(shape)
        image = axes.imshow(pixels, cmap=SIGNED, vmin=-most, vmax=most)
        axes.set_title(short(name, 16), color=INK, fontsize=10, parse_math=False)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_color("#d0d5da")
    bar = found[0].figure.colorbar(
        image, ax=list(found), shrink=0.8, pad=0.02, extend="both"
    )
    bar.set_label("logit per standard deviation", color=FAINT, fontsize=9)
    bar.ax.tick_params(colors=FAINT, labelsize=8, length=0)
    bar.outline.set_visible(False)
    return found


def weight_bars(
    coef: np.ndarray,
    features: list[str],
    names: list[str],
    most_features: int = 8,
    *,
    ax: Any = None,
) -> NDArray[Any]:
    """The strongest weights of each class (classes, features) as bars.

    `ax` is an Axes for each class, of which the first 12 are shown.
    """
    found = _panels(ax, len(names), columns=3, height=2.6, width=9.6)
    limit = 1.05 * float(np.abs(coef).max()) or 1.0
    for axes, row, name in zip(found, coef, names, strict=False):
        strongest = np.argsort(-np.abs(row), kind="stable")[:most_features][::-1]
        values = row[strongest]
        colours = [BLUE if value > 0 else ORANGE for value in values]
        axes.barh(range(len(values)), values, color=colours, height=0.7)
        shown = [short(features[i], 28) for i in strongest]
        axes.set_yticks(range(len(values)), shown, parse_math=False)
        axes.axvline(0.0, color=FAINT, linewidth=0.8)
        axes.set_xlim(-limit, limit)
        tidy(axes, title=short(name, 20), x="logit per standard deviation", y="")
        axes.grid(axis="y", visible=False)
    return found


def _panels(
    ax: Any, n: int, *, columns: int, height: float, width: float
) -> NDArray[Any]:
    n = min(n, MOST_PANELS)
    if ax is not None:
        return panels(ax, (width, height), [FLAT] * n)
    rows, columns = -(-n // columns), min(columns, n)
    size = (width, height * rows + 0.2)
    found = panels(None, size, [FLAT] * (rows * columns), rows=rows)
    for axes in found[n:]:
        axes.remove()
    return found[:n]
