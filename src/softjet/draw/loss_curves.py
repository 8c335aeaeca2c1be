"""Log loss against squared error: what each costs, and what each still teaches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import softjet as sj
from softjet.draw._axes import FLAT, panels
from softjet.draw._read import row
from softjet.draw._style import BLUE, FAINT, LINES, ORANGE, legend, tidy

Array = NDArray[np.float64]
POINTS = 241


def loss_curves(
    others: ArrayLike = (0.0,), *, span: float = 10.0, ax: Any = None
) -> NDArray[Any]:
    """Both losses of one row and their slopes by the label's logit, by its margin.

        -log y_t,          derivative  y_t - 1
        |y - e_t|^2 / 2,   derivative  (J (y - e_t))_t

    Where the row is sure and wrong, on the left, the log loss pulls with all its force
    and the squared error has none left: J is nearly 0 there too.

    Parameters
    ----------
    others : (K - 1,) array, 2 <= K <= 8
        The other logits, in nats.
    span : float
        The margin, the label's logit less the largest other, runs from -span to span.
    ax : two flat Axes, optional

    Returns
    -------
    (2,) array of Axes: losses, derivatives in [-1.05, 0.05]

    Source
    ------
    Golik, Doetsch and Ney (2013), "Cross-entropy vs. squared error training".

    See also
    --------
    softjet.learn.experiments.losses : the same in a network that learns

    Examples
    --------
    >>> left, right = loss_curves()
    >>> [round(float(line.get_ydata()[0]), 4) for line in right.lines[:2]]
    [-1.0, -0.0001]
    """
    rest = row(others, "other logits", least=1, most=7)
    margins = np.linspace(-span, span, POINTS)
    losses, slopes = curves(rest, margins)
    left, right = found = panels(ax, (9.6, 3.7), [FLAT, FLAT])
    names = (r"log loss $-\log y_t$ (nats)", r"squared error $|y - e_t|^2/2$")
    for axes, pair in ((left, losses), (right, slopes)):
        for name, values, colour, line in zip(
            names, pair, (BLUE, ORANGE), LINES, strict=False
        ):
            look = {"color": colour, "linestyle": line, "linewidth": 2}
            axes.plot(margins, values, label=name, **look)
        axes.axvline(0.0, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_xlim(-span, span)
    left.set_ylim(-0.03 * span, 1.06 * span)
    right.set_ylim(-1.05, 0.05)
    legend(left, loc="upper right")
    x = "margin: label logit less the best other (nats)"
    tidy(left, title="Loss of one row", x=x, y="loss")
    y = "derivative by the label's logit"
    tidy(right, title="What it teaches", x=x, y=y)
    return found


def curves(others: Array, margins: Array) -> tuple[Any, Any]:
    """(log loss, squared error) and both derivatives by the label's logit."""
    label = margins + others.max()
    rows = np.concatenate((label[:, None], np.tile(others, (margins.size, 1))), axis=-1)
    ids = np.zeros(margins.size, dtype=np.int64)
    loss, grad = sj.cross_entropy.value_and_grad(rows, ids, reduction="none")
    y = sj.softmax(rows)
    away = y - np.eye(y.shape[1])[0]
    # The gradient of |y - t|^2 / 2 by y is y - t; softmax pulls it back to the logits.
    pulled = sj.softmax.pullback(y, away)
    return (loss, 0.5 * (away**2).sum(axis=1)), (grad[:, 0], pulled[:, 0])
