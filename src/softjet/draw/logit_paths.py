"""The paths of logits through training: in space, in the plane, in the simplex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, SOLID, VIEW, panels, solid
from softjet.draw._geometry import outline
from softjet.draw._read import array, names_of
from softjet.draw._style import CLASSES, FAINT, MARKERS
from softjet.draw._triangle import on_page, plane, triangle
from softjet.errors import Refusal

Array = NDArray[np.float64]
# Records drawn of a path: more are not seen, and a path of 1000 makes an SVG of 30 MB.
SHOWN = 250


def logit_paths(
    logits: Mapping[str, ArrayLike],
    labels: ArrayLike,
    *,
    upto: int | None = None,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """Three views of every path, one row of panels for each optimiser.

        z(t),   z less its mean,   softmax(z)

    The gradient by logits, y - t, sums to 0; a network whose last layer starts at 0
    keeps its logits in the plane of sum 0 under SGD, with momentum or without.  Adam
    leaves it: in the first view, its paths leave the hexagon's plane.

    Parameters
    ----------
    logits : mapping from optimiser to (S, n, 3) array
        In nats: S records of n points.
    labels : (n,) integers, 0 to 2
        The right class of each point, which colours its path.
    upto : int, optional
        The last record shown; the axes are those of the whole run.
    names : 3 strings, optional
    ax : three Axes for each optimiser, optional
        A 3-D one and two flat ones.

    Returns
    -------
    (3 * optimisers,) array of Axes, row by row

    Refused
    -------
    Shapes that do not fit ("draw-paths").

    Source
    ------
    Waite (2020), "softmax-logit-paths".

    See also
    --------
    softjet.learn.experiments.logit_paths : the run of which this is the picture

    Examples
    --------
    >>> z = np.zeros((2, 1, 3)) + [[[0.0, 0.0, 0.0]], [[1.0, 0.0, -1.0]]]
    >>> space, plane, simplex = logit_paths({"SGD": z}, [0])
    >>> space.get_title(loc="left")
    'SGD: logits'
    """
    runs, ids = _read(logits, labels)
    shown = names_of(names, 3)
    kinds = [SOLID, FLAT, FLAT] * len(runs)
    size = (11.0, 3.75 * len(runs))
    found = panels(ax, size, kinds, rows=len(runs), ratios=(1.12, 1.0, 1.0))
    reach = max(float(np.abs(z).max()) for z in runs.values()) or 1.0
    width = max(float(np.ptp(z, axis=-1).max()) for z in runs.values()) or 1.0
    for i, (name, z) in enumerate(runs.items()):
        space, flat, inside = found[3 * i : 3 * i + 3]
        _space(space, f"{name}: logits", reach, width)
        plane(flat, shown, "less their mean", width)
        triangle(inside, shown, "their probabilities")
        last = len(z) - 1 if upto is None else min(max(upto, 0), len(z) - 1)
        _paths((space, flat, inside), z, ids, last)
    return found


def _space(axes: Any, title: str, reach: float, width: float) -> None:
    labels = ("$z_0$ (nats)", "$z_1$", "$z_2$")
    solid(axes, title=title, labels=labels)
    rim = outline(width)
    rim = rim - rim.mean(axis=1, keepdims=True)
    axes.plot(*np.concatenate((rim, rim[:1])).T, color=FAINT, linewidth=0.8)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
    axes.set_box_aspect((1.0, 1.0, 1.0), zoom=0.95)
    # Nearly along the plane of sum 0, so that what leaves it is seen to.
    axes.view_init(**{**VIEW, "azim": -59.0})


def _paths(views: tuple[Any, Any, Any], z: Array, ids: Array, last: int) -> None:
    places = np.unique(np.linspace(0, last, min(SHOWN, last + 1)).round().astype(int))
    for k in range(3):
        of = z[:, ids == k]
        if not of.shape[1]:
            continue
        line, end = joined(of[places]), of[last]
        look = {"color": CLASSES[k], "linewidth": 0.8}
        tip = {"color": CLASSES[k], "linestyle": "none", "markersize": 3.5}
        views[0].plot(*line.T, **look)
        views[0].plot(*end.T, MARKERS[k], **tip)
        probabilities = np.full_like(line, np.nan)
        real = ~np.isnan(line).any(axis=1)
        probabilities[real] = sj.softmax(line[real])
        ends = (end, sj.softmax(end))
        for axes, rows, tips in zip(
            views[1:], (line, probabilities), ends, strict=True
        ):
            axes.plot(*on_page(rows), **look)
            axes.plot(*on_page(tips), MARKERS[k], **tip)


def joined(paths: Array) -> Array:
    """Paths (S, n, 3) as one line (n (S + 1), 3), with NaN where one ends.

    One line a class instead of one a point: drawn, and stepped through, much faster.
    """
    gap = np.full((1, *paths.shape[1:]), np.nan)
    return np.concatenate((paths, gap)).swapaxes(0, 1).reshape(-1, 3)


def _read(logits: Any, labels: Any) -> tuple[dict[str, Array], Array]:
    ids = np.asarray(labels)
    runs = {str(name): array(z, "logits", ndim=3) for name, z in logits.items()}
    shapes = {z.shape[1:] for z in runs.values()}
    whole = ids.ndim == 1 and ids.dtype.kind in "iu" and ids.size > 0
    known = whole and ids.min() >= 0 and ids.max() <= 2
    if shapes != {(ids.size, 3)} or not known or not all(map(len, runs.values())):
        raise Refusal(
            "draw-paths",
            "logits and labels do not make paths of three classes",
            got=f"logits {sorted(z.shape for z in runs.values())}, labels {ids.shape}",
            want="logits (S, n, 3) by optimiser, labels (n,) of 0, 1 and 2",
        )
    return runs, ids
