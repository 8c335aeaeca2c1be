"""A map of the plane by its most probable class: hue says which, depth how sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from softjet.draw._style import CLASSES, INK

Array = NDArray[np.float64]
# The surest cell keeps some white, so that lines and letters on it stay readable.
DEEPEST = 0.75


def winners(
    axes: Any,
    x: Array,
    y: Array,
    p: Array,
    levels: Sequence[float],
    inside: NDArray[np.bool_] | bool = True,
) -> Any:
    """Colour a grid (n, m) by the winner of probabilities (n, m, K); the image.

    White where all are equal, the class's colour where it is certain; lines `inside`
    where the winner's probability is one of `levels`, of which the first has no number:
    there two classes meet, and their numbers would lie on each other.
    """
    extent = (x[0, 0], x[0, -1], y[0, 0], y[-1, 0])
    look = {"origin": "lower", "interpolation": "bilinear"}
    image = axes.imshow(tints(p), extent=extent, **look)
    for k in range(p.shape[-1]):
        shown = np.where(inside, p[..., k], np.nan)
        reached = [level for level in levels if np.nanmax(shown) > level]
        if not reached:
            continue
        lines = axes.contour(x, y, shown, reached, colors=INK, linewidths=0.6)
        text: dict[str, Any] = {"fontsize": 7, "colors": INK, "fmt": "%g"}
        axes.clabel(lines, [level for level in reached if level > levels[0]], **text)
    return image


def tints(p: Array) -> Array:
    """Colours (..., 3) of probabilities (..., K)."""
    K = p.shape[-1]
    hues = np.array([to_rgb(CLASSES[k]) for k in range(K)])[p.argmax(axis=-1)]
    depth = DEEPEST * (p.max(axis=-1, keepdims=True) - 1.0 / K) / (1.0 - 1.0 / K)
    return 1.0 - depth * (1.0 - hues)
