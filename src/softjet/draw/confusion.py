"""The confusion matrix: which class was taken for which."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from softjet.draw._axes import panel
from softjet.draw._style import COUNTS, colour_bar, name_cells, tidy


def confusion(counts: np.ndarray, names: list[str], *, ax: Any = None) -> Axes:
    """Counts (true class, predicted class) as a matrix, coloured by share of its row.

    The colour is the share, so that rare classes show their errors too; the number in
    the cell is the count.
    """
    axes = panel(ax, (5.6, 5.0))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap=COUNTS, norm=Normalize(0.0, 1.0))
    texts = np.where(counts > 0, counts.astype(int).astype(str), "")
    name_cells(axes, image, texts, names)
    colour_bar(axes, image, "share of the true class")
    title = "Confusions (rows of the test part)"
    return tidy(axes, title=title, x="predicted class", y="true class", grid=False)
