"""The pictures of one job, as PNG files by name."""

from __future__ import annotations

from typing import Any

from softjet.draw import (
    confusion,
    gap_curve,
    jacobian,
    objective_curve,
    reliability,
    weight_bars,
    weight_images,
)
from softjet.draw._style import new_figure, png
from softjet.draw.weights import MOST_PANELS
from softjet.learn.data import Data, Split
from softjet.learn.model import Model
from softjet.learn.objective import Array
from softjet.learn.scores import bins, confusions, mean_jacobian


def pictures(
    report: dict[str, Any], data: Data, parts: Split, model: Model, logits: Array
) -> dict[str, bytes]:
    """Draw all of them; every number comes from the report or from `scores`."""
    names = report["data"]["classes"]
    side = min(3.6 + 0.26 * len(names), 8.0)
    figures = {
        "training": _curves(report["training"]),
        "confusion": new_figure(side + 0.6, side),
        "reliability": new_figure(4.8, 4.8),
        "jacobian": new_figure(side + 0.8, side),
        "weights": _weights(report, data, model),
    }
    confusion(figures["confusion"].subplots(), confusions(logits, parts.y_test), names)
    held = bins(logits, parts.y_test)
    axes = figures["reliability"].subplots()
    reliability(axes, held.confidence, held.accuracy, held.count)
    jacobian(figures["jacobian"].subplots(), mean_jacobian(logits), names)
    return {name: png(figure) for name, figure in figures.items()}


def _curves(training: dict[str, Any]) -> Any:
    figure = new_figure(9.0, 3.2)
    left, right = figure.subplots(1, 2)
    iterations, values, gaps = zip(*training["history"], strict=True)
    objective_curve(left, iterations, values)
    gap_curve(right, iterations, gaps, training["tol"] * training["objective"])
    return figure


def _weights(report: dict[str, Any], data: Data, model: Model) -> Any:
    names = report["data"]["classes"]
    shown = min(len(names), MOST_PANELS)
    if data.image is not None:
        figure = new_figure(9.0, 1.75 * -(-shown // 5) + 0.2)
        weight_images(figure, model.coef, data.image, names)
        return figure
    figure = new_figure(9.6, 2.6 * -(-shown // 3) + 0.2)
    weight_bars(figure, model.coef, report["data"]["features"], names)
    return figure
