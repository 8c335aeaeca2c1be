"""Training curves: the objective, and how far from its minimum it provably still is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from softjet.draw._axes import panel
from softjet.draw._style import BLUE, FAINT, ORANGE, tidy


def objective_curve(
    iterations: Sequence[int], values: Sequence, *, ax: Any = None
) -> Axes:
    """The objective (nats per row, penalty included) at each iteration."""
    axes = panel(ax, (4.5, 3.2))
    axes.plot(iterations, values, "o-", color=BLUE, linewidth=2, markersize=4)
    # Below a decade a logarithmic axis has no more than one labelled power of ten.
    decade = min(values) > 0.0 and max(values) >= 10.0 * min(values)
    axes.set_yscale("log" if decade else "linear")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    title = "Objective"
    return tidy(axes, title=title, x="iteration", y="cross-entropy + penalty (nats)")


def gap_curve(
    iterations: Sequence[int], gaps: Sequence, target: float, *, ax: Any = None
) -> Axes:
    """The certified gap (nats per row) at each iteration, and where it may stop."""
    axes = panel(ax, (4.5, 3.2))
    shown = np.maximum(np.asarray(gaps, dtype=float), np.finfo(float).tiny)
    axes.plot(iterations, shown, "o-", color=ORANGE, linewidth=2, markersize=4)
    axes.axhline(target, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        f"stop below {target:.1e}",
        xy=(0.0, target),
        xycoords=("axes fraction", "data"),
        xytext=(4, 4),
        textcoords="offset points",
        fontsize=8,
        color=FAINT,
    )
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    title = "Certified distance to the minimum"
    return tidy(axes, title=title, x="iteration", y="gap (nats)")
