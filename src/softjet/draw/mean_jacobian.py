"""The Jacobian of softmax, averaged over the rows of a model: what it confuses."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm

from softjet.draw._axes import panel
from softjet.draw._style import MOST_NAMED, SIGNED, colour_bar, name_cells, tidy


def mean_jacobian(J: np.ndarray, names: list[str], *, ax: Any = None) -> Axes:
    """A (classes, classes) Jacobian; blue raises a probability, orange takes from it.

    The colour is logarithmic on both sides of 0, because a confident model's
    confusions are hundreds of times smaller than its diagonal.
    """
    J = np.asarray(J, dtype=float)
    axes = panel(ax, (6.4, 5.6))
    most = float(np.abs(J).max()) or 1.0
    norm = SymLogNorm(linthresh=most / 300.0, vmin=-most, vmax=most)
    image = axes.imshow(J, cmap=SIGNED, norm=norm)
    scale = 10.0 ** (2 - np.floor(np.log10(most)))
    texts = np.vectorize(lambda entry: f"{entry:.0f}")(np.round(J * scale) + 0.0)
    name_cells(axes, image, texts, names)
    colour_bar(axes, image, "change of probability per unit of logit")
    cells = f" (cells: times {scale:g})" if len(names) <= MOST_NAMED else ""
    title = f"Mean Jacobian of softmax{cells}"
    return tidy(axes, title=title, x="logit that moves", y="probability", grid=False)
