"""Which kernels answer which mode of a cross-entropy of target weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ._part import Part


def _value(part: Part) -> None:
    if "pullback" in part.job.modes:
        return  # in one pass with the gradient
    t, sums, ignored = part.weights()
    out = part.job.blank["value"][part.start : part.stop]
    value = part.kernels.weighed_cross_entropy.value
    value(part.x, t, sums, out, part.marks, *part.span, *part.words)
    _leave_out(out, ignored)


def _pullback(part: Part) -> None:
    t, sums, ignored = part.weights()
    scale, losses = part.numbers().copy(), np.empty(part.count)
    _leave_out(scale, ignored)
    if "value" in part.job.modes:
        losses = part.job.blank["value"][part.start : part.stop]
    out = part.room("pullback")
    both = part.kernels.weighed_cross_entropy.value_and_grad
    both(part.x, t, sums, scale, losses, out, part.marks, *part.span, *part.words)
    _leave_out(losses, ignored)
    part.leave_out(out, ignored)
    part.put("pullback", out)


def _pushforward(part: Part) -> None:
    t, sums, ignored = part.weights()
    out = part.job.blank["pushforward"][part.start : part.stop]
    y, g = part.probabilities(), part.seed("x_dot")
    pushforward = part.kernels.weighed_cross_entropy.pushforward
    rows = part.x, y, g, t, sums
    pushforward(*rows, out, part.marks, *part.span, sum(part.words))
    _leave_out(out, ignored)


def _curvature(part: Part) -> None:
    _, sums, ignored = part.weights()
    scale = part.numbers() * sums
    _leave_out(scale, ignored)
    part.curve("curvature", scale, part.squared, ignored)


def _leave_out(numbers: np.ndarray, ignored: np.ndarray | None) -> None:
    if ignored is not None:
        numbers[ignored] = 0.0


WEIGHED: dict[str, Callable[[Part], None]] = {
    "value": _value,
    "pullback": _pullback,
    "pushforward": _pushforward,
    "curvature": _curvature,
}
