"""softjet in NumPy: judged like everybody else."""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Peer
from softjet import alternatives

# The table's own names for what differs by its options.
OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "cross_entropy": ("cross_entropy", {"reduction": "none"}),
    "binary_cross_entropy": ("binary_cross_entropy", {"reduction": "none"}),
    "logsumexp of two axes": ("logsumexp", {"axis": (-2, -1)}),
    "softmax of two axes": ("softmax", {"axis": (-2, -1)}),
    "mean cross_entropy": ("cross_entropy", {"ignore_index": -100}),
    "weighted cross_entropy": ("cross_entropy", {"weight": np.array([1.0, 5.0, 10.0])}),
}
PLAIN = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "kl_divergence",
    "entropy",
    "sparsemax",
)
NAMES = OPTIONS | {name: (name, {}) for name in PLAIN}
# The fused ones, with how many arguments they are differentiated by.
PAIRS = {"attention": 3, "linear_cross_entropy": 2}
MODES = ("value", "pushforward", "pullback", "curvature")


class Asked:
    """One function with its options, asked in any mode."""

    def __init__(self, name: str) -> None:
        stem, self.options = NAMES[name]
        self.function = getattr(alternatives if stem == "sparsemax" else sj, stem)

    def value(self, case: Case) -> Array:
        return self.function(case.x, *case.given, **self.options)

    def pushforward(self, case: Case) -> Array:
        return self.function.jvp(case.x, case.x_dot, *case.given, **self.options)[1]

    def pullback(self, case: Case) -> Array:
        value, pull = self.function.vjp(case.x, *case.given, **self.options)
        return pull(np.ones_like(value) if case.y_bar is None else case.y_bar)

    def curvature(self, case: Case) -> Array:
        bar = case.y_bar
        if bar is None:
            bar = np.ones_like(self.value(case))
        seeds = (case.x_dot, *case.given, bar)
        return self.function.curvature(case.x, *seeds, **self.options)


class Fused:
    """Attention by its queries, the last layer by its rows; the rest held constant."""

    def __init__(self, name: str) -> None:
        self.function, self.primals = getattr(sj, name), PAIRS[name]

    def _split(self, case: Case) -> tuple[tuple[Array, ...], ...]:
        first = (case.x, *case.given)
        return first[: self.primals], first[self.primals :]

    def _tangents(self, case: Case) -> tuple[Any, ...]:
        return (case.x_dot, *[None] * (self.primals - 1))

    def value(self, case: Case) -> Array:
        return self.function(case.x, *case.given)

    def pushforward(self, case: Case) -> Array:
        primals, given = self._split(case)
        return self.function.jvp(primals, self._tangents(case), *given)[1]

    def pullback(self, case: Case) -> Array:
        primals, given = self._split(case)
        bar = 1.0 if case.y_bar is None else case.y_bar
        return self.function.vjp(primals, *given)[1](bar)[0]

    def curvature(self, case: Case) -> Array:
        primals, given = self._split(case)
        bar = 1.0 if case.y_bar is None else case.y_bar
        seeds = (self._tangents(case), *given, bar)
        return self.function.curvature(primals, *seeds)[0]


ASKED = {name: Asked(name) for name in NAMES} | {name: Fused(name) for name in PAIRS}
OWN = {(name, mode): getattr(ASKED[name], mode) for name in ASKED for mode in MODES}

PEER = Peer("softjet", "softjet", functions={}, modes={}, own=OWN)
