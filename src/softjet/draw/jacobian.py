"""The Jacobian of softmax as a matrix: its entries, its sums, its eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import names_of, row
from softjet.draw._style import (
    BLUE,
    COUNTS,
    FAINT,
    INK,
    SIGNED,
    colour_bar,
    name_cells,
    tidy,
)

Array = NDArray[np.float64]
MOST = 10
# y (1 - y) <= 1/4 and y_i y_j <= 1/4: no entry is larger, so pictures compare.
LIMIT = 0.25
MINUS = "\u2212"


def jacobian(
    logits: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """J = d y / d x at a row of logits, with the sums of its rows and columns.

        J_ij = y_i (d_ij - y_j),   J 1 = 0,   J^T = J,   0 <= eigenvalues <= 1/2

    The sums in the margins are of the entries shown; 0 but for their rounding.  The
    eigenvalues lie between the sorted y; one is 0, for the constant direction.

    Parameters
    ----------
    logits : (K,) array, 2 <= K <= 10
        In nats.
    names : K strings, optional
    ax : two flat Axes, optional

    Returns
    -------
    (2,) array of Axes: the matrix, coloured from -1/4 to 1/4, and its eigenvalues

    See also
    --------
    jacobian_parts : the same as diag(y) less y y^T
    mean_jacobian : of a model, averaged over rows

    Examples
    --------
    >>> matrix, bars = jacobian([2.0, 1.0, 0.0])
    >>> matrix.images[0].get_clim()
    (-0.25, 0.25)
    >>> len(bars.patches)
    3
    """
    x = row(logits, most=MOST)
    J = sj.softmax.jacobian(x)
    found = panels(ax, (9.2, 4.3), [FLAT, FLAT], ratios=(1.55, 1.0))
    shown = names_of(names, x.size)
    axes = _matrix(found[0], np.asarray(J), shown, signed=True)
    _sums(axes, np.asarray(J))
    colour_bar(axes, axes.images[0], r"$\partial y_i\,/\,\partial x_j$ (per nat)")
    title = "Jacobian of softmax, with its sums"
    tidy(
        axes, title=title, x="logit $x_j$ that moves", y="probability $y_i$", grid=False
    )
    _spectrum(found[1], J.eigvalsh(), sj.softmax(x))
    return found


def jacobian_parts(
    logits: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ax: Any = None,
) -> NDArray[Any]:
    """The two terms of the Jacobian as two matrices, and their difference.

        diag(y) - y y^T = J

    Parameters
    ----------
    logits : (K,) array, 2 <= K <= 10
        In nats.
    names : K strings, optional
    ax : three flat Axes, optional

    Returns
    -------
    (3,) array of Axes: diag(y) and y y^T from 0 to 1, J from -1/4 to 1/4

    Examples
    --------
    >>> diagonal, outer, J = jacobian_parts([1.0, 0.0, -1.0])
    >>> left = diagonal.images[0].get_array() - outer.images[0].get_array()
    >>> bool(np.allclose(left, J.images[0].get_array()))
    True
    """
    x = row(logits, most=MOST)
    y = sj.softmax(x)
    parts = (np.diag(y), np.outer(y, y), np.asarray(sj.softmax.jacobian(x)))
    titles = ("diag(y)", r"$-\;y\,y^T$", r"$=\;J$, the Jacobian")
    labels = ("", "", "per nat")
    found = panels(ax, (11.4, 3.7), [FLAT] * 3)
    for i, (axes, part, title) in enumerate(zip(found, parts, titles, strict=True)):
        _matrix(axes, part, names_of(names, x.size), signed=i == 2)
        colour_bar(axes, axes.images[0], labels[i])
        tidy(axes, title=title, x="$j$", y="$i$", grid=False, formula=True)
    return found


def _matrix(axes: Any, entries: Array, names: list[str], *, signed: bool) -> Any:
    norm = Normalize(-LIMIT if signed else 0.0, LIMIT if signed else 1.0)
    image = axes.imshow(entries, cmap=SIGNED if signed else COUNTS, norm=norm)
    texts = np.vectorize(cell_text)(entries)
    name_cells(axes, image, texts, names)
    return axes


def cell_text(entry: float) -> str:
    """Three decimals; an entry that they cannot show, as a power of ten."""
    if entry == 0.0:
        return "0"
    if abs(entry) >= 5e-4:
        return f"{entry:.3f}".replace("-", MINUS)
    return f"{entry:.0e}".replace("-", MINUS).replace(f"e{MINUS}0", f"e{MINUS}")


def _sums(axes: Any, J: Array) -> None:
    """Row sums on the right and column sums below, of the entries as they are."""
    K = len(J)
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7}
    look |= {"color": FAINT, "clip_on": False}
    for k in range(K):
        axes.text(K - 0.05, k, sum_text(J[k]), **look)
        axes.text(k, K - 0.2, sum_text(J[:, k]), **look)
    axes.text(K - 0.05, K - 0.2, "sums", style="italic", **look)
    axes.axhline(K - 0.5, color=INK, linewidth=0.8)
    axes.axvline(K - 0.5, color=INK, linewidth=0.8)
    axes.set_xlim(-0.5, K + 0.45)
    axes.set_ylim(K + 0.1, -0.5)


def sum_text(entries: Array) -> str:
    """A sum as it came out, down to its last rounding."""
    total = float(np.sum(entries))
    return "0" if total == 0.0 else f"{total:.0e}".replace("-", MINUS)


def _spectrum(axes: Any, eigenvalues: Array, y: Array) -> None:
    K = len(eigenvalues)
    axes.bar(range(K), eigenvalues, width=0.62, color=BLUE)
    axes.plot(range(K), np.sort(y), "o", color=INK, markersize=5, label="$y$, sorted")
    axes.legend(frameon=False, fontsize=8, loc="upper left", labelcolor=INK)
    axes.set(ylim=(0.0, 1.05), xlim=(-0.6, K - 0.4))
    axes.set_xticks(range(K), [cell_text(value) for value in eigenvalues])
    x = "eigenvalues, in ascending order"
    tidy(axes, title="Eigenvalues", x=x, y="eigenvalue (per nat)")
    axes.grid(axis="x", visible=False)
