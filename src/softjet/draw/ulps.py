"""Errors in ulps against the range of the logits: ours, and others' formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from softjet.draw._axes import panel
from softjet.draw._read import array
from softjet.draw._style import CLASSES, FAINT, INK, LINES, MARKERS, legend, tidy
from softjet.errors import Refusal

# No error is drawn as this; an infinite one, a NaN answer, at the top.
LEAST, MOST = 0.05, 1e18


def ulps(
    ranges: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    bound: float | None = None,
    title: str = "Largest error over rows",
    x: str = "range of the logits: largest less smallest (nats)",
    ax: Any = None,
) -> Axes:
    """The errors of several implementations over a range, on a logarithmic axis.

        |got - exact| / spacing of the dtype at the exact value

    Parameters
    ----------
    ranges : (n,) array
        In nats.
    errors : mapping from name to (n,) array
        In ulps of the exact value, as softjet.check.oracle.ulps gives them; infinity
        where the answer is NaN, and drawn at the top as such.
    bound : float, optional
        What is promised, in ulps.
    title, x : str, optional
    ax : flat Axes, optional

    Returns
    -------
    Axes with a logarithmic ordinate

    Refused
    -------
    Errors below 0, or not one for each range ("draw-ulps").

    Examples
    --------
    >>> axes = ulps([1.0, 100.0], {"ours": [0.6, 0.7], "textbook": [1.0, 40.0]})
    >>> axes.lines[1].get_ydata().tolist()
    [1.0, 40.0]
    """
    at = array(ranges, "ranges", ndim=1)
    axes = panel(ax, (7.4, 4.2))
    top = LEAST
    for i, (name, values) in enumerate(errors.items()):
        line = _read(values, at.size, name)
        shown = np.clip(line, LEAST, MOST)
        look = {"color": CLASSES[i], "linestyle": LINES[i], "marker": MARKERS[i]}
        axes.plot(at, shown, linewidth=1.8, markersize=4, label=name, **look)
        top = max(top, float(shown.max()))
    if bound is not None:
        axes.axhline(bound, color=FAINT, linewidth=0.9, linestyle=(0, (4, 3)))
        text = f"promised: {bound:g} ulp"
        axes.text(at[-1], bound * 1.15, text, fontsize=8, color=INK, ha="right")
        top = max(top, bound)
    legend(axes, loc="upper left")
    axes.set_yscale("log")
    axes.set_ylim(LEAST, 30.0 * top)
    return tidy(axes, title=title, x=x, y="error (ulp of the exact value)")


def _read(values: Any, count: int, name: str) -> np.ndarray:
    line = np.asarray(values, dtype=np.float64)
    if line.shape != (count,) or np.isnan(line).any() or (line < 0).any():
        raise Refusal(
            "draw-ulps",
            "errors and ranges do not line up, or an error is no size",
            got=f"{name}: errors {line.shape} for {count} ranges",
            want="one number of 0 or more for each range; infinity for a NaN answer",
        )
    return line
