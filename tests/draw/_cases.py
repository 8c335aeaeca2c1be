"""Every function of softjet.draw on small arrays: what to call, which Axes it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from softjet import draw
from softjet.draw._axes import FLAT, SOLID
from softjet.draw._style import new_figure

RNG = np.random.default_rng(0)
ROW = [1.5, 0.25, -0.75]
PATHS = {
    name: np.cumsum(RNG.normal(size=(7, 4, 3)), axis=0) for name in ("SGD", "Adam")
}
HEAD = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))
NAMES = ["a", "b", "c"]


class Case(NamedTuple):
    """A function, its arguments and the kinds of its panels."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    kinds: list[str]
    options: dict[str, Any] = {}  # noqa: RUF012

    def __call__(self, ax: Any = None) -> Any:
        return self.make(*self.arguments, **self.options, ax=ax)


BINS = np.array([0.3, 0.8]), np.array([0.5, 0.75]), np.array([4, 9])
CASES = {
    "attention": Case(draw.attention, HEAD, [FLAT] * 2),
    "confusion": Case(draw.confusion, (np.eye(3), NAMES), [FLAT]),
    "gap_curve": Case(draw.gap_curve, ([0, 1], [1.0, 1e-9], 1e-6), [FLAT]),
    "gaussians, 1": Case(draw.gaussians, ([-1.0, 1.0], 1.0, [0.3, 0.7]), [FLAT] * 2),
    "gaussians, 2": Case(
        draw.gaussians, (np.eye(3, 2), np.eye(2), [0.2, 0.3, 0.5]), [SOLID, FLAT]
    ),
    "input_space_3": Case(draw.input_space_3, (), [FLAT]),
    "input_space_4": Case(draw.input_space_4, (), [SOLID]),
    "input_space_5": Case(draw.input_space_5, ([0.0, 2.5],), [SOLID] * 2),
    "jacobian": Case(draw.jacobian, (ROW,), [FLAT] * 2),
    "jacobian_parts": Case(draw.jacobian_parts, (ROW,), [FLAT] * 3),
    "logit_paths": Case(
        draw.logit_paths, (PATHS, [0, 1, 2, 0]), [SOLID, FLAT, FLAT] * 2
    ),
    "loss_curves": Case(draw.loss_curves, (), [FLAT] * 2),
    "mean_jacobian": Case(draw.mean_jacobian, (np.eye(3), NAMES), [FLAT]),
    "objective_curve": Case(draw.objective_curve, ([0, 1], [1.0, 0.5]), [FLAT]),
    "push_and_pull": Case(
        draw.push_and_pull, (ROW, [1.0, -2.0, 0.5], [0.3, 0.1, -0.6]), [FLAT] * 4
    ),
    "reliability": Case(draw.reliability, BINS, [FLAT]),
    "simplex": Case(draw.simplex, ([ROW, [0.0, 1.0, 2.0]],), [FLAT]),
    "simplex_contours": Case(draw.simplex_contours, ("entropy",), [FLAT]),
    "simplex_fields": Case(draw.simplex_fields, (1,), [FLAT] * 2),
    "softmax_curves": Case(draw.softmax_curves, (ROW, 1), [FLAT] * 2),
    "softmax_surfaces": Case(draw.softmax_surfaces, ([0.5], 2), [SOLID] * 4),
    "temperature": Case(draw.temperature, (ROW, 0.5), [FLAT] * 3),
    "ulps": Case(draw.ulps, ([1.0, 2.0], {"a": [0.5, 90.0]}), [FLAT]),
    "weight_bars": Case(
        draw.weight_bars, (RNG.normal(size=(3, 5)), list("vwxyz"), NAMES), [FLAT] * 3
    ),
    "weight_images": Case(
        draw.weight_images, (RNG.normal(size=(3, 6)), (2, 3), NAMES), [FLAT] * 3
    ),
}


def axes_for(case: Case) -> list[Any]:
    """Axes of a figure of our own, as a caller would bring them."""
    figure, n = new_figure(3.0 * len(case.kinds), 3.0), len(case.kinds)
    projections = {FLAT: "rectilinear", SOLID: "3d"}
    return [
        figure.add_subplot(1, n, i + 1, projection=projections[kind])
        for i, kind in enumerate(case.kinds)
    ]
