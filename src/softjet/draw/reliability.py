"""The reliability diagram: is a prediction of 80 % right 80 % of the time?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from softjet.draw._axes import panel
from softjet.draw._style import BLUE, FAINT, ORANGE, tidy


def reliability(
    confidence: np.ndarray,
    accuracy: np.ndarray,
    count: np.ndarray,
    *,
    ax: Any = None,
) -> Axes:
    """Mean confidence against share of right answers, one point per bin.

    Parameters are (bins,) arrays; a bin with count 0 is left out.  A point's area grows
    with its count; the bar to the diagonal is the bin's calibration error, and the pale
    band two standard errors of a perfectly calibrated model with these counts.
    """
    axes = panel(ax, (4.8, 4.8))
    held = count > 0
    x, y, n = confidence[held], accuracy[held], count[held]
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    error = 2.0 * np.sqrt(np.maximum(x * (1 - x), 0.0) / n)
    low, high = np.maximum(x - error, 0.0), np.minimum(x + error, 1.0)
    axes.vlines(x, low, high, color=BLUE, linewidth=7, alpha=0.15)
    axes.vlines(x, x, y, color=ORANGE, linewidth=2)
    axes.scatter(x, y, s=20 + 180 * n / n.max(), color=BLUE, zorder=3, linewidth=0)
    for at, height, rows, above in zip(x, y, n, y > x, strict=True):
        axes.annotate(
            f"{int(rows)}",
            (at, height),
            xytext=(0, 9 if above else -15),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=FAINT,
        )
    axes.set(xlim=(-0.02, 1.04), ylim=(-0.08, 1.12), aspect="equal")
    title = "Reliability (number of rows at each point)"
    tidy(axes, title=title, x="mean predicted probability", y="share that is right")
    return axes
