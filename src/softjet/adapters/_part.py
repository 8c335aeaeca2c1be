"""The rows of a piece while they are worked on: logits, probabilities, seeds, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._copies import NOTHING
from ._targets import Targets
from ._words import FALL, inverse, load

if TYPE_CHECKING:
    from ._pieces import Piece

INF = np.inf


class Part:
    """The rows start to stop while they are worked on."""

    def __init__(self, job: Piece, start: int, stop: int, marks: np.ndarray) -> None:
        self.job, self.start, self.stop, self.marks = job, start, stop, marks
        self.count = stop - start
        self.kernels = load()
        self.x = self._logits()
        self.y: np.ndarray | None = None
        self.t: tuple[np.ndarray, np.ndarray, np.ndarray | None] | None = None
        self.words = inverse(job.problem.temperature, 1, job.work)
        self.span = job.length, 0, self.count

    @property
    def squared(self) -> tuple[float, float]:
        """1 / T^2, for second derivatives."""
        return inverse(self.job.problem.temperature, 2, self.job.work)

    def _logits(self) -> np.ndarray:
        live = self.job.problem.live
        if live is None:
            return self.job.taken(self.job.x, self.start, self.stop)
        block = slice(self.start, self.stop)
        x = np.full((self.count, self.job.length), -INF, self.job.work)
        np.copyto(x, self.job.x[block], where=live[block])
        return x.reshape(-1)

    def ignore(self) -> None:
        """Ignored rows are answered already: by nothing."""
        given = self.job.problem.given
        if isinstance(given, Targets) and given.ignored is not None:
            self.marks[given.ignored[self.start : self.stop]] = 0

    def seed(self, which: str) -> np.ndarray:
        array = self.job.x_dot if which == "x_dot" else self.job.y_bar
        return self.job.taken(array, self.start, self.stop)

    def numbers(self) -> np.ndarray:
        """The cotangents of functions to numbers, one a row."""
        assert self.job.y_bar is not None
        return np.asarray(self.job.y_bar[self.start : self.stop], np.float64)

    def probabilities(self) -> np.ndarray:
        """y / FALL, kept for the derivatives of this piece."""
        if self.y is None:
            self.y = np.empty_like(self.x)
            self.softmax(self.y, NOTHING, 1 / FALL, False)
        return self.y

    def softmax(
        self, out: np.ndarray, scale: np.ndarray, factor: float, streaming: bool
    ) -> None:
        value = self.kernels.softmax.value
        rows = self.x, scale, out, self.marks
        value(*rows, *self.span, *self.words, factor, streaming)

    def leave_out(self, out: np.ndarray, ignored: np.ndarray | None) -> None:
        """An ignored row's derivatives are 0, whatever it holds."""
        if ignored is not None:
            out.reshape(self.count, -1)[ignored] = 0.0

    def curve(
        self,
        mode: str,
        scale: np.ndarray,
        words: tuple[float, float],
        ignored: np.ndarray | None = None,
    ) -> None:
        """scale y C(x_dot or y_bar), times 1 / T or its square; y too if asked for."""
        seed = self.seed("y_bar" if mode == "pullback" else "x_dot")
        out, y = self.room(mode), NOTHING
        beside = mode == "pushforward" and "value" in self.job.modes
        if beside:
            y = self.room("value")
        arrays = self.x, seed, scale, y, out, self.marks
        span = *self.span, *self.words, *words, self.job.streaming
        self.kernels.softmax.jvp(*arrays, *span)
        self.leave_out(out, ignored)
        self.put(mode, out)
        if beside:
            self.put("value", y)

    def put(self, mode: str, out: np.ndarray) -> None:
        self.job.put(mode, out, self.start, self.stop)

    def room(self, mode: str) -> np.ndarray:
        return self.job.room(mode, self.start, self.stop)

    def weights(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Rows of target weights, their sums, and which rows are ignored."""
        given = self.job.problem.given
        assert isinstance(given, Targets)
        if self.t is None:
            self.t = given.weights(self.x, self.start, self.stop, self.job.taken)
        return self.t

    def ids(self) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
        """Class ids, their weights, and which rows are ignored."""
        given = self.job.problem.given
        assert isinstance(given, Targets)
        return given.labels(slice(self.start, self.stop))
