"""The pictures of one job, as PNG files by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet import draw
from softjet.draw._style import new_figure, png
from softjet.learn.model import Model
from softjet.learn.objective import Array
from softjet.learn.scores import bins, confusions, mean_jacobian


def pictures(
    report: dict[str, Any],
    image: tuple[int, int] | None,
    y_test: np.ndarray,
    model: Model,
    logits: Array,
) -> dict[str, bytes]:
    """Draw all of them; every number comes from the report or from `scores`."""
    names = report["data"]["classes"]
    side = min(3.6 + 0.26 * len(names), 8.0)
    figures = {
        "training": _curves(report["training"]),
        "confusion": new_figure(side + 0.6, side),
        "reliability": new_figure(4.8, 4.8),
        "jacobian": new_figure(side + 0.8, side),
        "weights": _weights(report, image, model),
    }
    counts = confusions(logits, y_test)
    draw.confusion(counts, names, ax=figures["confusion"].subplots())
    held = bins(logits, y_test)
    axes = figures["reliability"].subplots()
    draw.reliability(held.confidence, held.accuracy, held.count, ax=axes)
    axes = figures["jacobian"].subplots()
    draw.mean_jacobian(mean_jacobian(logits), names, ax=axes)
    return {name: png(figure) for name, figure in figures.items()}


def _curves(training: dict[str, Any]) -> Any:
    figure = new_figure(9.0, 3.2)
    left, right = figure.subplots(1, 2)
    iterations, values, gaps = zip(*training["history"], strict=True)
    draw.objective_curve(iterations, values, ax=left)
    target = training["tol"] * training["objective"]
    draw.gap_curve(iterations, gaps, target, ax=right)
    return figure


def _weights(
    report: dict[str, Any], image: tuple[int, int] | None, model: Model
) -> Any:
    names = report["data"]["classes"]
    if image is not None:
        axes = draw.weight_images(model.coef, image, names)
    else:
        features = report["data"]["features"]
        axes = draw.weight_bars(model.coef, features, names)
    return axes[0].figure
