"""The README's picture: where the textbook formulas lose their digits.

python -m benchmarks.picture             writes docs/images/digits.png
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.special
from matplotlib.axes import Axes

import softjet as sj
from softjet.check import oracle
from softjet.draw._style import BLUE, FAINT, ORANGE, new_figure, png, tidy

FILE = Path(__file__).parents[1] / "docs" / "images" / "digits.png"
Curve = Callable[[float], float]


def relative(got: np.ndarray, exact: list) -> float:
    """Largest error over the largest exact entry, never below a hair of 2^-53."""
    worst = max(abs(float(e) - float(g)) for g, e in zip(got, exact, strict=True))
    return max(worst / max(abs(float(e)) for e in exact), 2.0**-55)


def gradient_errors(margin: float) -> tuple[float, float]:
    """Cross-entropy's gradient at the label: textbook, softjet."""
    x = np.array([margin + 0.137, 0.137, -1.303])
    exact = oracle.pullback("cross_entropy", x, 1.0, [1.0, 0.0, 0.0])[:1]
    ours = sj.cross_entropy.grad(x, np.array(0))[:1]
    return relative(scipy.special.softmax(x)[:1] - 1.0, exact), relative(ours, exact)


def jvp_errors(offset: float) -> tuple[float, float]:
    """Softmax's JVP along a tangent with an offset, which moves nothing."""
    x = np.array([0.31, -1.27, 2.11, 0.77])
    x_dot = offset + np.array([0.53, -1.1, 0.2, 0.9])
    exact = oracle.pushforward("softmax", x, x_dot)
    y = scipy.special.softmax(x)
    textbook = y * (x_dot - np.sum(y * x_dot))
    return relative(textbook, exact), relative(sj.softmax.jvp(x, x_dot)[1], exact)


def draw(
    axes: Axes, at: np.ndarray, errors: Callable, *, title: str, x: str, where: int
) -> None:
    """Both errors over `at`, each line named beside itself."""
    textbook, ours = np.array([errors(float(v)) for v in at]).T
    axes.plot(at, textbook, color=ORANGE, linewidth=2)
    axes.plot(at, ours, color=BLUE, linewidth=2)
    axes.set_yscale("log")
    axes.set_ylim(1e-17, 30)
    axes.axhline(1, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(at[-1], 1.6, "no digit right", ha="right", fontsize=8, color=FAINT)
    for line, name, colour in (
        (textbook, "textbook on SciPy", ORANGE),
        (ours, "softjet", BLUE),
    ):
        axes.annotate(
            name,
            (at[where], line[where]),
            xytext=(0, 14),
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=9,
            fontweight="bold",
        )
    tidy(axes, title=title, x=x, y="relative error, float64")


def main() -> None:
    figure = new_figure(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    margins = np.linspace(0.05, 60, 241)
    draw(
        *(left, margins, gradient_errors),
        title="Gradient at the label",
        x="margin: label logit minus the best other (nats)",
        where=110,
    )
    right.set_xscale("log")
    offsets = np.logspace(0, 15, 121)
    draw(
        *(right, offsets, jvp_errors),
        title="JVP of the softmax",
        x="offset of the tangent, which J 1 = 0 makes vanish",
        where=62,
    )
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(png(figure))
    print(FILE)


if __name__ == "__main__":
    main()
