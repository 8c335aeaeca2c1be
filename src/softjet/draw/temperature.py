"""Temperature: the same logits from one-hot to uniform, with the entropy they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import names_of, row
from softjet.draw._style import CLASSES, FAINT, GREEN, INK, LINES, legend, tidy
from softjet.errors import Refusal

Array = NDArray[np.float64]
POINTS = 201


def temperature(
    logits: ArrayLike,
    at: float = 1.0,
    *,
    span: tuple[float, float] = (0.05, 20.0),
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """softmax(x / T) at one temperature, and over all of them, with its entropy.

        T -> 0:  one-hot at the largest logit, entropy 0 (log m where m of them tie)
        T -> inf:  uniform, entropy log K

    Parameters
    ----------
    logits : (K,) array, 2 <= K <= 8
        In nats.
    at : float
        The temperature of the bars, marked in the other panels.
    span : (lowest, highest)
        Temperatures of the curves, above 0.
    names : K strings, optional
    ax : three flat Axes, optional

    Returns
    -------
    (3,) array of Axes: bars at T, probabilities over T, entropy over T

    Refused
    -------
    Temperatures of 0 or less, or outside the span ("draw-temperature").

    Source
    ------
    Hinton, Vinyals and Dean (2015), "Distilling the knowledge in a neural network".

    Examples
    --------
    >>> bars, _, entropy = temperature([2.0, 1.0, 0.0], 0.5)
    >>> [round(float(bar.get_height()), 3) for bar in bars.patches]
    [0.867, 0.117, 0.016]
    """
    x = row(logits)
    low, high = _read(at, span)
    shown = names_of(names, x.size)
    T = np.geomspace(low, high, POINTS)
    y = np.stack([sj.softmax(x, temperature=t) for t in T])
    found = panels(ax, (11.2, 3.6), [FLAT] * 3, ratios=(0.8, 1.0, 1.0))
    _bars(found[0], sj.softmax(x, temperature=at), shown, at)
    _curves(found[1], T, y, shown, at)
    entropies = np.stack([sj.entropy(x, temperature=t) for t in T])
    _entropy(found[2], T, entropies, x.size, (at, sj.entropy(x, temperature=at)))
    return found


def _bars(axes: Any, y: Array, names: list[str], at: float) -> None:
    K = len(y)
    axes.bar(range(K), y, color=CLASSES[:K], width=0.7)
    axes.axhline(1 / K, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(K - 0.45, 1 / K, " 1/K", fontsize=8, color=FAINT, va="center")
    for k, value in enumerate(y):
        where = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
        axes.annotate(f"{value:.3f}", (k, value), fontsize=8, color=INK, **where)
    axes.set(ylim=(0.0, 1.09), xlim=(-0.6, K - 0.4))
    axes.set_xticks(range(K), names, parse_math=False, rotation=0 if K < 5 else 45)
    title = f"softmax(x / T) at T = {at:.3g}"
    tidy(axes, title=title, x="", y="probability")
    axes.grid(axis="x", visible=False)


def _curves(axes: Any, T: Array, y: Array, names: list[str], at: float) -> None:
    K = y.shape[1]
    for k in range(K):
        look = {"color": CLASSES[k], "linestyle": LINES[k], "linewidth": 2}
        axes.plot(T, y[:, k], label=names[k], **look)
    axes.axhline(1 / K, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    _over_temperature(axes, T, at)
    axes.set_ylim(-0.03, 1.09)
    legend(axes, loc="upper right")
    tidy(axes, title="One-hot to uniform", x="temperature T", y="probability")


def _entropy(
    axes: Any, T: Array, values: Array, K: int, point: tuple[float, Any]
) -> None:
    axes.plot(T, values, color=GREEN, linewidth=2)
    axes.plot(*point, "o", color=INK, markersize=6, zorder=3)
    most = float(np.log(K))
    axes.axhline(most, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(
        T[0], most, f" log {K} = {most:.4f}", fontsize=8, color=FAINT, va="bottom"
    )
    _over_temperature(axes, T, point[0])
    axes.set_ylim(-0.03 * most, 1.12 * most)
    tidy(axes, title="Its entropy", x="temperature T", y="entropy (nats)")


def _over_temperature(axes: Any, T: Array, at: float) -> None:
    axes.axvline(at, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(T[0], T[-1])


def _read(at: float, span: tuple[float, float]) -> tuple[float, float]:
    low, high = (float(end) for end in span)
    if not 0.0 < low < high < np.inf or not low <= at <= high:
        raise Refusal(
            "draw-temperature",
            "there is no such temperature in the picture",
            got=f"T = {at:g} in a span of {low:g} to {high:g}",
            want="0 < lowest <= T <= highest",
        )
    return low, high
