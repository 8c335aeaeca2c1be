"""Pushforward and pullback as arrows: a step goes forth, a force comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import names_of, row
from softjet.draw._style import BLUE, FAINT, INK, ORANGE
from softjet.draw._triangle import arrow, on_page, plane, triangle

Array = NDArray[np.float64]
# Lengths on the page: a cotangent has another unit than the place it is drawn at, and
# J shrinks what it is given by at least two.
HALF, FOURFOLD = 0.5, 4.0


def push_and_pull(
    logits: ArrayLike,
    x_dot: ArrayLike,
    y_bar: ArrayLike,
    *,
    width: float = 3.0,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """A tangent carried from logits to probabilities, a cotangent carried back.

        y_dot = J x_dot,   x_bar = J^T y_bar,   <y_bar, y_dot> = <x_bar, x_dot>

    Only what lies in the plane of sum 0 is drawn: a constant added to x_dot or y_bar
    changes nothing, because J 1 = 0.

    Parameters
    ----------
    logits, x_dot, y_bar : (3,) arrays
        A row in nats, a tangent of it, a cotangent of its probabilities.
    width : float
        Range of the logits in the hexagon, in nats.
    names : 3 strings, optional
    ax : four flat Axes, optional

    Returns
    -------
    (4,) array of Axes: x with x_dot, y with y_dot; x with x_bar, y with y_bar

    Examples
    --------
    >>> axes = push_and_pull([0.5, 0.0, -0.5], [1.0, -1.0, 0.0], [0.0, 1.0, -1.0])
    >>> [a.get_title(loc="left") for a in axes[:2]]
    ['Pushforward: a tangent of the logits ...', '... becomes one of the probabilities']
    """
    x, step, force = (
        row(values, name, least=3, most=3)
        for values, name in ((logits, "logits"), (x_dot, "x_dot"), (y_bar, "y_bar"))
    )
    y, y_dot = sj.softmax.jvp(x, step)
    x_bar = sj.softmax.pullback(y, force)
    shown = names_of(names, 3)
    found = panels(ax, (9.0, 8.8), [FLAT] * 4, rows=2)
    titles = (
        "Pushforward: a tangent of the logits ...",
        "... becomes one of the probabilities",
        "... becomes one of the logits",
        "Pullback: a cotangent of the probabilities ...",
    )
    for axes, title, left in zip(found, titles, (1, 0, 1, 0), strict=True):
        if left:
            plane(axes, shown, title, width)
        else:
            triangle(axes, shown, title)
        axes.plot(*on_page(x if left else y), "o", color=INK, markersize=6, zorder=4)
    arrow(found[0], x, _flat(step), r"$\dot x$", BLUE)
    arrow(found[1], y, y_dot, r"$\dot y = J\,\dot x$", BLUE)
    times = f", {FOURFOLD:g} times as long"
    arrow(found[2], x, FOURFOLD * x_bar, rf"$\bar x = J^T\bar y${times}", ORANGE)
    arrow(found[3], y, HALF * _flat(force), r"$\bar y$, half as long", ORANGE)
    _pairings(found, force, y_dot, x_bar, step)
    return found


def _flat(step: Array) -> Array:
    return step - step.mean()


def _pairings(
    found: Any, y_bar: Array, y_dot: Array, x_bar: Array, x_dot: Array
) -> None:
    """The one number that both ways agree on, under the two on the right."""
    texts = (
        rf"$\langle \bar y, \dot y\rangle$ = {y_bar @ y_dot:.6f}",
        rf"$\langle \bar x, \dot x\rangle$ = {x_bar @ x_dot:.6f}",
    )
    for axes, text in zip((found[1], found[2]), texts, strict=True):
        where = {"transform": axes.transAxes, "ha": "center", "va": "top"}
        axes.text(0.5, 0.0, text, fontsize=9, color=FAINT, **where)
