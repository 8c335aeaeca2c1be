"""What needs no exact answer: the modes of one function agree with each other.

<u, J v> = <v, J^T u>                               forward mode and reverse mode
pullback at x + h v minus that at x - h v, by 2 h   the second order
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.conformance._case import Array, Case, Lacks, bumps
from benchmarks.conformance._cell import Cell, compared, guarded
from benchmarks.conformance.laws.gradients import ordinary
from benchmarks.conformance.peers import Peer

STEP = 1e-3
# Loose enough for a function that works in float32 inside, of whatever dtype it is
# asked: that shows under other laws, and what fails here is off in the first digit.
AGREE, NEAR = 1e-5, 1e-2


@dataclass(frozen=True)
class Adjoint:
    """Forward mode and reverse mode are transposes of each other."""

    function: str
    case: Case
    name: str = "forward mode agrees with reverse"
    mode: str = "pushforward"

    def ask(self, peer: Peer) -> Cell:
        return guarded(self, peer, lambda: self._cell(peer))

    def _cell(self, peer: Peer) -> Cell:
        if not peer.has(self.function, "pushforward"):
            raise Lacks("has no forward mode")
        bar = np.ones(()) if self.case.y_bar is None else self.case.y_bar
        ahead = peer.answer(self.function, "pushforward", self.case)
        back = peer.answer(self.function, "pullback", self.case)
        left, right = bar * ahead, self.case.x_dot * back
        size = np.abs(right).sum()
        if abs(left.sum() - right.sum()) <= AGREE * size:
            return Cell("holds")
        figure = f"{left.sum():.3g}, not {right.sum():.3g}"
        detail = f"<u, J v> = {left.sum():.9g}, <v, J^T u> = {right.sum():.9g}"
        return Cell("fails", figure, detail)


@dataclass(frozen=True)
class Second:
    """The second order is the derivative of the first."""

    function: str
    case: Case
    name: str = "second order is the derivative of the first"
    mode: str = "curvature"

    def ask(self, peer: Peer) -> Cell:
        return guarded(self, peer, lambda: self._cell(peer))

    def _cell(self, peer: Peer) -> Cell:
        got = peer.answer(self.function, "curvature", self.case)
        want = (self._slope(peer, STEP) - self._slope(peer, -STEP)) / (2 * STEP)
        worst = np.abs(got - want).max()
        if worst <= NEAR * max(np.abs(want).max(), 1e-3):
            return Cell("holds")
        figure = f"off by {worst:.2g} of {np.abs(want).max():.2g}"
        figure = figure if np.isfinite(worst) else "NaN"
        return Cell("fails", figure, compared(got, want))

    def _slope(self, peer: Peer, step: float) -> Array:
        case = self.case
        moved = Case(case.x + step * case.x_dot, case.given, None, case.y_bar)
        return np.asarray(peer.answer(self.function, "pullback", moved))


TOKENS = (1, 2, 5, 8)
ATTENTION = Case(
    bumps(TOKENS, 1.0, 0.1),
    (bumps(TOKENS, 1.0, 0.3), bumps(TOKENS, 1.0, 0.7)),
    bumps(TOKENS, 1.0, 0.5),
    bumps(TOKENS, 1.0, 0.9),
)
LAYER = Case(
    bumps((6, 4), 1.0, 0.1),
    (bumps((9, 4), 1.0, 0.3), np.array([0, 8, 3, 3, 5, 1])),
    bumps((6, 4), 1.0, 0.5),
)
# Logits away from the kinks of a sparse map, cotangents that differ from row to row.
SPARSE = ordinary("cross_entropy")
ROW = ordinary("softmax")
LAWS = (
    Adjoint("attention", ATTENTION),
    Adjoint("linear_cross_entropy", LAYER),
    Adjoint("logsumexp", ordinary("logsumexp")),
    Adjoint("sparsemax", ROW),
    Second("attention", ATTENTION),
    Second("linear_cross_entropy", LAYER),
    Second("sparsemax", ROW),
    Second("entmax15", ROW),
    Second("sparsemax_loss", SPARSE),
    Second("entmax15_loss", SPARSE),
    # Inside a network the missing half raises no error: it is left out.
    Second("linear_cross_entropy of sin", LAYER),
    Second("sparsemax_loss of sin", SPARSE),
    Second("entmax15_loss of sin", SPARSE),
)
