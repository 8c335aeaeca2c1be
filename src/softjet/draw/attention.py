"""Attention as a picture: the weights, and the sum of values that one query takes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import array, index
from softjet.draw._style import (
    BLUE,
    COUNTS,
    FAINT,
    INK,
    ORANGE,
    colour_bar,
    name_cells,
    tidy,
)
from softjet.errors import Refusal

Array = NDArray[np.float64]
MOST = 12


def attention(
    q: ArrayLike,
    k: ArrayLike,
    v: ArrayLike,
    query: int = -1,
    *,
    causal: bool = False,
    ax: Any = None,
) -> NDArray[Any]:
    """The weights of every query, and how one of them adds up its values.

        P = softmax(q k^T / sqrt(E)),   o_i = sum_j P_ij v_j

    The arrows P_ij v_j are laid tip to tail, from 0 to o_i.

    Parameters
    ----------
    q : (T, E) array;  k : (S, E) array;  v : (S, 2) array
        One head, T and S of 1 to 12, values in the plane.
    query : int
        The query whose sum is shown.
    causal : bool
        As in softjet.attention; T and S must then be equal.
    ax : two flat Axes, optional

    Returns
    -------
    (2,) array of Axes: weights from 0 to 1, and the sum

    Refused
    -------
    Shapes that do not fit ("draw-attention").

    Source
    ------
    Vaswani et al. (2017), "Attention is all you need".

    Examples
    --------
    >>> q, k, v = np.eye(3, 2), np.eye(3, 2), [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]
    >>> weights, _ = attention(q, k, v)
    >>> bool(np.allclose(weights.images[0].get_array().sum(axis=1), 1.0))
    True
    """
    queries, keys, values = _read(q, k, v, causal)
    i = index(query, len(queries), "query")
    rows = np.arange(len(queries))
    head = queries[None], keys[None]
    P = sj.attention.weights(*head, rows=rows, causal=causal)[0]
    o = sj.attention(*head, values[None], causal=causal)[0]
    found = panels(ax, (9.6, 4.4), [FLAT, FLAT], ratios=(1.1, 1.0))
    _weights(found[0], P, i)
    _sum(found[1], P[i], values, o[i], i)
    return found


def _weights(axes: Any, P: Array, query: int) -> None:
    image = axes.imshow(P, cmap=COUNTS, norm=Normalize(0.0, 1.0), aspect="auto")
    names = [str(place) for place in range(max(P.shape))]
    texts = np.vectorize(lambda p: f"{p:.2f}" if p else "")(P)
    name_cells(axes, image, texts, names)
    axes.set_xticks(range(P.shape[1]))
    axes.set_yticks(range(P.shape[0]))
    box = [-0.5, P.shape[1] - 0.5, P.shape[1] - 0.5, -0.5, -0.5]
    side = [query - 0.5, query - 0.5, query + 0.5, query + 0.5, query - 0.5]
    axes.plot(box, side, color=ORANGE, linewidth=2, clip_on=False)
    colour_bar(axes, image, "weight $P_{ij}$")
    title = "Weights: each row sums to 1"
    tidy(axes, title=title, x="key $j$", y="query $i$", grid=False)


def _sum(axes: Any, p: Array, v: Array, o: Array, query: int) -> None:
    axes.scatter(*v.T, s=15 + 300 * p, color=BLUE, alpha=0.35, linewidth=0, zorder=2)
    for j, at in enumerate(v):
        where = {"xytext": (7, 5), "textcoords": "offset points", "color": BLUE}
        axes.annotate(f"$v_{{{j}}}$", tuple(at), fontsize=9, **where)
    ends = np.concatenate((np.zeros((1, 2)), np.cumsum(p[:, None] * v, axis=0)))
    for begin, end in pairwise(ends):
        look = {"arrowstyle": "-|>", "color": FAINT, "lw": 1.4, "mutation_scale": 9}
        look |= {"shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=end, xytext=begin, arrowprops=look)
    axes.plot(*o, "*", color=ORANGE, markersize=15, markeredgecolor="white", zorder=4)
    where = {"xytext": (5, 8), "textcoords": "offset points", "color": ORANGE}
    axes.annotate(f"$o_{{{query}}}$", tuple(o), fontsize=11, **where)
    axes.plot(0, 0, "+", color=INK, markersize=8)
    held = np.concatenate((ends, v))
    middle = 0.5 * (held.max(axis=0) + held.min(axis=0))
    reach = 0.6 * max(float(np.ptp(held, axis=0).max()), 1e-300)
    for limits, at in zip((axes.set_xlim, axes.set_ylim), middle, strict=True):
        limits(at - reach, at + reach)
    axes.set_aspect("equal")
    title = rf"$o_{query}$ is the sum of $P_{{{query}j}}\, v_j$, tip to tail"
    x, y = "first entry of the values", "second entry"
    tidy(axes, title=title, x=x, y=y, formula=True)


def _read(q: Any, k: Any, v: Any, causal: bool) -> tuple[Array, Array, Array]:
    found = tuple(array(a, n, ndim=2) for a, n in ((q, "q"), (k, "k"), (v, "v")))
    queries, keys, values = found
    fits = queries.shape[1] == keys.shape[1] and len(keys) == len(values)
    small = 1 <= len(queries) <= MOST and 1 <= len(keys) <= MOST
    square = not causal or len(queries) == len(keys)
    if not (fits and small and square and values.shape[1:] == (2,)):
        raise Refusal(
            "draw-attention",
            "queries, keys and values do not make one small head",
            got=f"q {queries.shape}, k {keys.shape}, v {values.shape}, causal={causal}",
            want=f"q (T, E), k (S, E), v (S, 2) with T, S <= {MOST}; causal: T = S",
        )
    return queries, keys, values
