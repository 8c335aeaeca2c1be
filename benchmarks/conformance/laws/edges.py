"""Edges: inputs without an answer, where a library chooses.  Answers, not verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.conformance._case import Case, shown
from benchmarks.conformance._cell import Cell, guarded
from benchmarks.conformance.peers import Peer

INF = np.inf
DEAD = np.full((1, 2), -INF)
MASKED = np.array([[0.0, 1.0, -INF]])
ZERO = np.array([[0.25, 0.75, 0.0]])
IGNORED = np.array([-100, -100])


@dataclass(frozen=True)
class Choice:
    """What a library answers where the formula has no answer."""

    name: str
    function: str
    mode: str
    case: Case

    def ask(self, peer: Peer) -> Cell:
        return guarded(self, peer, lambda: self._cell(peer))

    def _cell(self, peer: Peer) -> Cell:
        got = np.asarray(peer.answer(self.function, self.mode, self.case))
        return Cell("policy", shown(got) if got.size else f"empty {got.shape}")


CHOICES = (
    Choice("all -inf", "softmax", "value", Case(DEAD)),
    Choice("all -inf", "log_softmax", "value", Case(DEAD)),
    Choice("all -inf", "logsumexp", "value", Case(DEAD)),
    Choice("all -inf, gradient", "logsumexp", "pullback", Case(DEAD)),
    Choice("one +inf", "softmax", "value", Case(np.array([[1.0, INF]]))),
    Choice("one +inf", "log_softmax", "value", Case(np.array([[1.0, INF]]))),
    Choice("no classes", "softmax", "value", Case(np.zeros((1, 0)))),
    Choice("no classes", "logsumexp", "value", Case(np.zeros((1, 0)))),
    Choice("one -inf", "entropy", "value", Case(MASKED)),
    Choice("target 0 at a -inf logit", "cross_entropy", "value", Case(MASKED, (ZERO,))),
    Choice(
        "every row ignored (-100)",
        "mean cross_entropy",
        "value",
        Case(np.zeros((2, 3)), (IGNORED,)),
    ),
)
