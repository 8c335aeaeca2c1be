"""One line on stderr that says where training stands and how long it may still take.

On a terminal it is written over itself; elsewhere it is a new line now and then, so
that a log stays short.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

# Seconds between two lines: of a terminal, which is read while it changes; of a log.
ON_TERMINAL, IN_LOG = 0.1, 5.0


class Progress:
    """Called as progress(iteration, objective, gap), or (epochs, loss, NaN).

    Parameters
    ----------
    tol : float, the gap that is asked for, as a share of the objective
    epochs : int or None, how many a network will go through
    quiet : bool, say nothing but what is amiss
    """

    def __init__(
        self,
        tol: float,
        epochs: int | None = None,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from softjet.learn.runs.pace import Pace

        self.tol, self.epochs, self.quiet = tol, epochs, quiet
        self.stream = sys.stderr if stream is None else stream
        self.clock, self.pace = clock, Pace()
        self.start: float | None = None
        self.first = 0.0
        self.last = -math.inf
        self.pending = ""
        dumb = os.environ.get("TERM") == "dumb"
        self.rewrites = self.stream.isatty() and not dumb

    def __call__(self, iteration: float, value: float, gap: float) -> None:
        """A step was made."""
        now = self.clock()
        if self.start is None:
            self.start, self.first = now, iteration
        if not math.isnan(gap):
            self.pace.add(now - self.start, gap / max(value, 1e-300))
        self._tell(now, self._text(iteration, value, gap, now - self.start))

    def stage(self, stage: Any) -> None:
        """So much of a table on disk has been read."""
        words = f"{stage.name}: {stage.done} of {stage.whole} {stage.unit}"
        left = stage.seconds_left
        words = f"{words}, about {_spoken(left)} left" if left else words
        self._tell(self.clock(), words)

    def say(self, text: str) -> None:
        """A line of its own, quiet or not."""
        self._clear()
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def close(self) -> None:
        """The last step, where it was not shown; a terminal's line goes."""
        if self.rewrites:
            self._clear()
        elif self.pending:
            self._show()

    def _tell(self, now: float, words: str) -> None:
        self.pending = words
        if now - self.last >= (ON_TERMINAL if self.rewrites else IN_LOG):
            self.last = now
            self._show()

    def _text(self, iteration: float, value: float, gap: float, spent: float) -> str:
        if self.epochs is None:
            words = f"step {iteration:g}  objective {value:.6g}  gap {gap:.1e}"
            words += f", wanted {self.tol * value:.1e}"
            left = self.pace.left(self.tol)
        else:
            words = f"epoch {iteration:.1f} of {self.epochs}  loss {value:.6g}"
            done = iteration - self.first
            left = spent * (self.epochs - iteration) / done if done > 0.0 else None
        words += f"  {_spoken(spent)}"
        return f"{words}, about {_spoken(left)} left" if left else words

    def _show(self) -> None:
        if self.quiet:
            return
        if self.rewrites:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\x1b[2K{self.pending[:width]}")
        else:
            self.stream.write(f"{self.pending}\n")
            self.pending = ""
        self.stream.flush()

    def _clear(self) -> None:
        if self.rewrites and not self.quiet and self.pending:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()


def _spoken(seconds: float) -> str:
    # Late: the parent package of `learn` is not needed by `softjet version`.
    from softjet.learn.runs.pace import spoken

    return spoken(seconds)
