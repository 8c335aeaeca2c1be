"""The compiled way of a problem: rows in pieces over threads, what is left to the rule.

A kernel answers rows whose largest logit is finite and moderate, and marks the others:
those with NaN or +inf, without a live entry, beyond 2^17, or with a seed or an answer
that is not finite.  The rule answers the marked ones, so the edge table has one home.

_pieces.py has the way of a piece, _quick.py that of a small call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..rules import RULES
from ..rules._stable import extended_total
from . import _copies
from . import _long_rows as long_rows
from ._copies import across, adjacent, plain, put, room, shift_of, shifted, taken
from ._part import Part
from ._pieces import STREAM, Entries, Piece
from ._targets import Targets
from ._words import inverse, load, slack_of

if TYPE_CHECKING:
    from ..rules._rule import Rule
    from ._problem import Problem

ROWS = ("softmax", "log_softmax", "logsumexp", "cross_entropy")
ENTRIES = ("sigmoid", "softplus", "log_sigmoid", "binary_cross_entropy")
WARM = 2.0**-30, 2.0**30


def total(numbers: np.ndarray) -> float:
    """The sum of float64 numbers; losses among them may be infinite."""
    kernels = load()
    if kernels is None:
        return extended_total(np, numbers[None, :])[0, 0]
    return kernels.total.total(np.ascontiguousarray(numbers))


def answers(problem: Problem) -> bool:
    """Whether the kernels know this problem."""
    if problem.length == 0 or problem.count == 0:
        return False
    name, given = problem.rule.name, problem.given
    if RULES.get(name) is not problem.rule:
        return False  # a rule of someone's own, whatever it is called
    if name in ENTRIES:
        return load() is not None
    if name not in ROWS or problem.sink is not None:
        return False
    if not WARM[0] <= problem.temperature <= WARM[1]:
        return False
    if isinstance(given, Targets) and given.exponent:
        return False
    return load() is not None


def run(
    problem: Problem,
    modes: tuple[str, ...],
    x_dot: tuple[np.ndarray | None, ...],
    y_bar: np.ndarray | None,
    blank: list[np.ndarray],
) -> np.ndarray:
    """Fill `blank`, an array a mode; gives the numbers of the rows left to the rule."""
    work = np.dtype(np.float64 if problem.dtype == np.float64 else np.float32)
    entries = problem.rule.maps == "entries"
    marks = np.zeros(0 if entries else problem.count, np.int8)
    if long_rows.knows(problem, modes):
        long_rows.run(problem, modes[0], blank[0], marks, work)
        return np.flatnonzero(marks)
    job = (Entries if entries else Piece)(problem, modes, x_dot, y_bar, blank, work)
    from ..kernels import threads

    def piece(start: int, stop: int) -> None:
        # In every thread: the state that says what to do with an overflow is its own.
        with np.errstate(all="ignore"):
            job(start, stop, marks)

    threads.spread(piece, problem.count, job.step)
    return np.flatnonzero(marks)


def sums_of_weights(problem: Problem) -> np.ndarray | None:
    """The sum of the target weights of every row, where kernels know the problem."""
    given = problem.given
    if not isinstance(given, Targets) or not answers(problem):
        return None
    if given.ids and given.weight is None and _begins_alive(problem):
        kept = np.ones(problem.count)
        if given.ignored is not None:
            kept[given.ignored] = 0.0
        return kept
    sums, marks = np.empty(problem.count), np.zeros(problem.count, np.int8)
    work = np.dtype(np.float64 if problem.dtype == np.float64 else np.float32)
    job = Piece(problem, (), (), None, [], work)
    from ..kernels import threads

    def piece(start: int, stop: int) -> None:
        start, stop = shifted(start, stop, problem.count, job.shift)
        with np.errstate(all="ignore"):
            sums[start:stop] = Part(job, start, stop, marks[start:stop]).weights()[1]

    threads.spread(piece, problem.count, job.step)
    return sums


def _begins_alive(problem: Problem) -> bool:
    """Whether every row's first entry is alive: smoothing then loses nothing of it."""
    return problem.live is None and bool((problem.primals[0][:, 0] > -np.inf).all())


def differentiates(rule: Rule, y: np.ndarray, temperature: float) -> bool:
    """Whether a kernel knows the derivatives of this value."""
    known = rule.name == "softmax" and RULES["softmax"] is rule
    warm = WARM[0] <= temperature <= WARM[1]
    return known and warm and y.size > 0 and load() is not None


def push(
    y: np.ndarray, seed: np.ndarray, out: np.ndarray, temperature: float
) -> np.ndarray:
    """y C(seed) / T into out; gives the numbers of the rows left to the rule."""
    from ..kernels import threads

    work = np.dtype(np.float64 if out.dtype == np.float64 else np.float32)
    marks = np.zeros(len(y), np.int8)
    words, slack = inverse(temperature, 1, work), slack_of(out.dtype)
    large = out.size * work.itemsize >= STREAM
    streaming = large and plain(out, work)
    kernel = load().softmax.from_value
    step, shift = _step((y, seed, out), work), shift_of([out, y, seed])

    def piece(start: int, stop: int) -> None:
        start, stop = shifted(start, stop, len(y), shift)
        with np.errstate(all="ignore"):
            a, b = taken(y, start, stop, work), taken(seed, start, stop, work)
            v = room(out, start, stop, work)
            rows = y.shape[1], 0, stop - start
            kernel(a, b, v, marks[start:stop], *rows, *words, slack, streaming)
            put(v, out, start, stop, work, large)

    threads.spread(piece, len(y), step)
    return np.flatnonzero(marks)


def _step(arrays: tuple[np.ndarray, ...], work: np.dtype) -> int:
    """Rows of a piece, see _pieces.py."""
    from ..kernels import threads

    count, length = arrays[0].shape
    if any(across(array) for array in arrays):
        return adjacent(count, length)
    least = max(1, _copies.PIECE // length)
    if not all(plain(array, work) for array in arrays):
        return least
    return max(least, -(-count // (4 * threads.current())))
