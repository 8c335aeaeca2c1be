"""The judges: by the exact answer, or by an answer that the law itself states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.conformance import _exact
from benchmarks.conformance._case import Array, Case
from benchmarks.conformance._cell import Cell, Law, compared, off
from softjet.check.oracle import unit_roundoff

HONEST = 4.0  # times what softjet promises: the next digit is not worth a mark


def exact(
    name: str, function: str, mode: str, case: Case, of: str = "", wide: bool = False
) -> Law:
    """A law whose answer is the oracle's, which calls the function `of`."""
    known = of or function

    def judge(case: Case, got: Array) -> Cell:
        want = _exact.exact(known, mode, case)
        if got.size != want.size:
            return Cell("fails", "shape", f"got shape {got.shape}")
        share, relative = _exact.share(known, mode, case, got)
        if share <= HONEST:
            return Cell("holds")
        error = np.abs(got.reshape(want.shape).astype(np.float64) - want)
        # NaN is beyond every bound.
        inside = bool(np.all(error <= _exact.textbook(known, mode, case)))
        figure = off(got, want, relative, unit_roundoff(case.x.dtype))
        status = "digits" if inside else "fails"
        return Cell(status, figure, compared(got.reshape(want.shape), want))

    return Law(name, function, mode, case, judge, wide)


def stated(
    name: str,
    function: str,
    mode: str,
    case: Case,
    want: Any,
    within: float,
    textbook: float = 0.0,
) -> Law:
    """A law that states its answer, and how far off it may be, relative to it.

    `textbook` is how far off the textbook formula may be, in absolute terms.
    """

    def judge(case: Case, got: Array) -> Cell:
        right = np.broadcast_to(np.asarray(want, np.float64), got.shape)
        error = np.abs(got.astype(np.float64) - right)
        if np.all(error <= within * np.abs(right)):
            return Cell("holds")
        relative = float(np.max(error / np.where(right == 0, 1, np.abs(right))))
        figure = off(got, right, relative, unit_roundoff(case.x.dtype))
        status = "digits" if np.all(error <= textbook) else "fails"
        return Cell(status, figure, compared(got, right))

    return Law(name, function, mode, case, judge)


def checked(
    name: str, function: str, case: Case, judge: Callable[[Array], Cell]
) -> Law:
    """A law about a value, with a judge of its own."""
    return Law(name, function, "value", case, lambda _, got: judge(got))
