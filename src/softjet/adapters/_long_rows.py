"""Values of long rows: their blocks over threads, whatever the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._copies import plain, put, taken
from ._words import inverse, load

if TYPE_CHECKING:
    from ._problem import Problem


def knows(problem: Problem, modes: tuple[str, ...]) -> bool:
    """Whether these are rows longer than a cache, and only their value is asked for."""
    return (
        modes == ("value",)
        and problem.rule.name in ("softmax", "logsumexp")
        and problem.length > load().long_row.LONG
    )


def run(
    problem: Problem, mode: str, blank: np.ndarray, marks: np.ndarray, work: np.dtype
) -> None:
    """Measure the blocks, merge them, and finish; marks are for the rule."""
    from ..kernels import threads

    kernels, length = load().long_row, problem.length
    x = _rows(problem, work)
    each = -(-length // kernels.BLOCK)
    blocks = each * problem.count
    measured, merged = np.empty((blocks, 3)), np.empty((problem.count, 3))
    words = inverse(problem.temperature, 1, work)

    direct = problem.rule.name == "softmax" and plain(blank, work)
    y = blank.reshape(-1) if direct else np.empty(0, work)
    if problem.rule.name == "softmax" and not direct:
        y = np.empty(blank.size, work)

    def measure(start: int, stop: int) -> None:
        kernels.measure(x, y, measured, length, start, stop, *words)

    def finish(start: int, stop: int) -> None:
        kernels.finish(y, measured, merged, length, start, stop, words[0])

    threads.spread(measure, blocks, 4)
    kernels.merge(measured, merged, marks, length, words[0])
    if problem.rule.name == "logsumexp":
        kernels.logsumexp(merged, x, blank, *words)
        return
    threads.spread(finish, blocks, 4)
    if not direct:
        with np.errstate(all="ignore"):
            put(y, blank, 0, problem.count, work)


def _rows(problem: Problem, work: np.dtype) -> np.ndarray:
    """The logits, flat, in the working dtype; -inf where they are masked."""
    (x,) = problem.primals
    if problem.live is not None:
        return np.where(problem.live, x, -np.inf).astype(work).reshape(-1)
    with np.errstate(all="ignore"):
        return taken(x, 0, problem.count, work)
