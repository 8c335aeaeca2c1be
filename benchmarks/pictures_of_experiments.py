"""Pictures of the experiments, for the page that `benchmarks.experiments` writes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softjet.draw._style import BLUE, FAINT, INK, ORANGE, new_figure, tidy
from softjet.learn import experiments
from softjet.learn.experiments.imbalance import DATA

GREEN = "#009e73"  # the third of Okabe and Ito's that stays apart from the two
CLASSES = (BLUE, ORANGE, GREEN)
COLOURS = {"sgd": BLUE, "momentum": GREEN, "adam": ORANGE}
# An isometry from the plane z_0 + z_1 + z_2 = 0 to the page, and its normal.
PLANE = np.array([[1, -1, 0], [1, 1, -2]]).T / np.sqrt([2, 6])
NORMAL = np.ones(3) / np.sqrt(3)


def paths(run: experiments.LogitPaths) -> Figure:
    """Every path from the side of the plane, and the distance from it over time."""
    figure = new_figure(10.5, 3.4)
    views = figure.subplots(1, 3)
    for axes, name in zip(views, ("SGD", "Adam"), strict=False):
        z = run.logits[name.lower()]
        for point, label in enumerate(run.labels):
            path = z[:, point]
            axes.plot(path @ PLANE[:, 0], path @ NORMAL, color=CLASSES[label], lw=0.7)
            end = path[-1]
            axes.plot(end @ PLANE[:, 0], end @ NORMAL, "o", color=CLASSES[label], ms=3)
        axes.set_ylim(-6, 6)
        x, y = "along the plane (nats)", "off the plane (nats)"
        tidy(axes, title=f"Logit paths, {name}", x=x, y=y)
    for name, colour in COLOURS.items():
        off = np.maximum(run.off_plane(name), 1e-17)
        views[2].plot(off, color=colour, lw=1.5)
        at = off[-1] * (1e-3 if name == "momentum" else 5)
        views[2].text(len(off), at, name, color=colour, fontsize=8, ha="right")
    views[2].set_yscale("log")
    views[2].set_ylim(1e-18, 1e3)
    tidy(views[2], title="Largest |sum of a logit vector|", x="updates", y="nats")
    return figure


def losses(run: experiments.Losses) -> Figure:
    """The mean probability of the right label, from both starts."""
    figure = new_figure(9.0, 3.2)
    for axes, start in zip(
        figure.subplots(1, 2), ("fresh", "sure and wrong"), strict=True
    ):
        for loss, colour in (("cross_entropy", BLUE), ("squared_error", ORANGE)):
            axes.plot(run.probability[start, loss], color=colour, lw=2)
            _name(axes, run.probability[start, loss], loss.replace("_", " "), colour)
        axes.set_ylim(-0.03, 1.08)
        y = "mean probability of the label"
        tidy(axes, title=f"From a start that is {start}", x="updates", y=y)
    return figure


def imbalance(run: experiments.Imbalance) -> Figure:
    """The rare class's loss, by optimiser."""
    figure = new_figure(10.5, 3.2)
    for axes, kind in zip(figure.subplots(1, 3, sharey=True), DATA, strict=True):
        for optimiser, colour in COLOURS.items():
            style = "--" if optimiser == "momentum" else "-"
            loss = run.rare[kind, optimiser]
            axes.plot(loss, style, color=colour, lw=2, label=optimiser)
        axes.axhline(np.log(2), color=FAINT, lw=0.8, ls=(0, (4, 3)))
        axes.set_yscale("log")
        y = "mean loss of the class (nats)" if kind == DATA[0] else ""
        tidy(axes, title=f"Class 1, {kind}", x="updates", y=y)
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    return figure


def _name(axes: Axes, curve: np.ndarray, name: str, colour: str) -> None:
    at = len(curve) * 3 // 5
    below = curve[at] > 0.5 and colour == ORANGE
    offset = (0, -14 if below else 6)
    axes.annotate(
        name,
        (at, curve[at]),
        xytext=offset,
        textcoords="offset points",
        color=colour,
        fontsize=9,
        fontweight="bold",
    )
