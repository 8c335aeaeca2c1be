"""Which kernels answer which mode of which function of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ._copies import NOTHING
from ._modes_weighed import WEIGHED
from ._part import Part
from ._targets import Targets
from ._words import FALL


def answer(part: Part, mode: str) -> None:
    """The mode's answer for the rows of this part, put where it belongs."""
    name, given = part.job.problem.rule.name, part.job.problem.given
    if isinstance(given, Targets) and not given.plain:
        WEIGHED[mode](part)
    else:
        METHODS[name, mode](part)


def _softmax_value(part: Part) -> None:
    if "pushforward" in part.job.modes:
        return  # in one pass with it
    out = part.room("value")
    part.softmax(out, NOTHING, 1.0, part.job.streaming)
    part.put("value", out)


def _softmax_first(mode: str) -> Callable[[Part], None]:
    return lambda part: part.curve(mode, NOTHING, part.words)


def _softmax_curvature(part: Part) -> None:
    out = part.room("curvature")
    part.kernels.softmax.curvature(
        part.probabilities(),
        part.seed("x_dot"),
        part.seed("y_bar"),
        out,
        part.marks,
        *part.span,
        *part.squared,
        FALL,
        part.job.streaming,
    )
    part.put("curvature", out)


def _log_softmax_value(part: Part) -> None:
    out = part.room("value")
    value = part.kernels.log_softmax.value
    value(part.x, out, part.marks, *part.span, *part.words, part.job.streaming)
    part.put("value", out)


def _log_softmax_first(mode: str) -> Callable[[Part], None]:
    def answer(part: Part) -> None:
        seed = part.seed("y_bar" if mode == "pullback" else "x_dot")
        out = part.room(mode)
        kernel = getattr(part.kernels.log_softmax, mode)
        y = part.probabilities()
        kernel(part.x, y, seed, out, part.marks, *part.span, *part.words, FALL)
        part.put(mode, out)

    return answer


def _log_softmax_curvature(part: Part) -> None:
    scale = np.empty(part.count)
    part.kernels.log_softmax.total(part.x, part.seed("y_bar"), scale, *part.span)
    part.curve("curvature", scale, part.squared)


def _logsumexp_value(part: Part) -> None:
    out = part.job.blank["value"][part.start : part.stop]
    value = part.kernels.logsumexp.value
    value(part.x, out, part.marks, *part.span, *part.words)


def _logsumexp_pushforward(part: Part) -> None:
    out = part.job.blank["pushforward"][part.start : part.stop]
    y, g = part.probabilities(), part.seed("x_dot")
    pushforward = part.kernels.logsumexp.pushforward
    pushforward(y, g, out, part.marks, *part.span, FALL * sum(part.words))


def _logsumexp_pullback(part: Part) -> None:
    out = part.room("pullback")
    scale = part.numbers() / part.job.problem.temperature
    part.softmax(out, scale, 1.0, part.job.streaming)
    part.put("pullback", out)


def _logsumexp_curvature(part: Part) -> None:
    part.curve("curvature", part.numbers().copy(), part.squared)


def _cross_entropy_value(part: Part) -> None:
    if "pullback" in part.job.modes:
        return  # in one pass with the gradient
    ids, weights, ignored = part.ids()
    out = part.job.blank["value"][part.start : part.stop]
    value = part.kernels.cross_entropy.value
    value(part.x, ids, out, part.marks, *part.span, *part.words)
    _weigh(out, weights, ignored)


def _cross_entropy_pullback(part: Part) -> None:
    ids, weights, ignored = part.ids()
    scale = part.numbers().copy()
    _weigh(scale, weights, ignored)
    losses = np.empty(part.count)
    if "value" in part.job.modes:
        losses = part.job.blank["value"][part.start : part.stop]
    out = part.room("pullback")
    part.kernels.cross_entropy.value_and_grad(
        part.x,
        ids,
        scale,
        losses,
        out,
        part.marks,
        *part.span,
        *part.words,
        part.job.streaming,
    )
    _weigh(losses, weights, ignored)
    part.leave_out(out, ignored)
    part.put("pullback", out)


def _cross_entropy_pushforward(part: Part) -> None:
    ids, weights, ignored = part.ids()
    out = part.job.blank["pushforward"][part.start : part.stop]
    y, g = part.probabilities(), part.seed("x_dot")
    pushforward = part.kernels.cross_entropy.pushforward
    pushforward(part.x, y, g, ids, out, part.marks, *part.span, sum(part.words))
    _weigh(out, weights, ignored)


def _cross_entropy_curvature(part: Part) -> None:
    _, weights, ignored = part.ids()
    scale = part.numbers().copy()
    _weigh(scale, weights, ignored)
    part.curve("curvature", scale, part.squared, ignored)


def _weigh(
    numbers: np.ndarray, weights: np.ndarray | None, ignored: np.ndarray | None
) -> None:
    if weights is not None:
        with np.errstate(all="ignore"):
            numbers *= weights
    if ignored is not None:
        numbers[ignored] = 0.0


# The modes that are made from probabilities which are kept for them.
KEEP = {
    ("softmax", "curvature"),
    ("log_softmax", "pushforward"),
    ("log_softmax", "pullback"),
    ("logsumexp", "pushforward"),
    ("cross_entropy", "pushforward"),
}
METHODS: dict[tuple[str, str], Callable[[Part], None]] = {
    ("softmax", "value"): _softmax_value,
    ("softmax", "pushforward"): _softmax_first("pushforward"),
    ("softmax", "pullback"): _softmax_first("pullback"),
    ("softmax", "curvature"): _softmax_curvature,
    ("log_softmax", "value"): _log_softmax_value,
    ("log_softmax", "pushforward"): _log_softmax_first("pushforward"),
    ("log_softmax", "pullback"): _log_softmax_first("pullback"),
    ("log_softmax", "curvature"): _log_softmax_curvature,
    ("logsumexp", "value"): _logsumexp_value,
    ("logsumexp", "pushforward"): _logsumexp_pushforward,
    ("logsumexp", "pullback"): _logsumexp_pullback,
    ("logsumexp", "curvature"): _logsumexp_curvature,
    ("cross_entropy", "value"): _cross_entropy_value,
    ("cross_entropy", "pushforward"): _cross_entropy_pushforward,
    ("cross_entropy", "pullback"): _cross_entropy_pullback,
    ("cross_entropy", "curvature"): _cross_entropy_curvature,
}
