"""The pictures of a network's report, as PNG files by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet import draw
from softjet.draw._style import new_figure, png, tidy
from softjet.learn.objective import Array
from softjet.learn.scores import bins, confusions, mean_jacobian


def network_pictures(
    report: dict[str, Any], y_test: np.ndarray, logits: Array
) -> dict[str, bytes]:
    """Draw all of them; every number comes from the report or from `scores`."""
    names = report["data"]["classes"]
    side = min(3.6 + 0.26 * len(names), 8.0)
    figures = {
        "training": new_figure(9.0, 3.2),
        "confusion": new_figure(side + 0.6, side),
        "reliability": new_figure(4.8, 4.8),
        "jacobian": new_figure(side + 0.8, side),
    }
    losses = report["training"]["losses"]
    axes = figures["training"].subplots()
    if losses:
        draw.objective_curve(range(1, len(losses) + 1), losses, ax=axes)
    tidy(axes, title="Training loss", x="epoch", y="mean cross-entropy (nats)")
    counts = confusions(logits, y_test)
    draw.confusion(counts, names, ax=figures["confusion"].subplots())
    held = bins(logits, y_test)
    axes = figures["reliability"].subplots()
    draw.reliability(held.confidence, held.accuracy, held.count, ax=axes)
    axes = figures["jacobian"].subplots()
    draw.mean_jacobian(mean_jacobian(logits), names, ax=axes)
    return {name: png(figure) for name, figure in figures.items()}
