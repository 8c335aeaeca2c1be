"""When a checkpoint is written: so often that a kill costs little, and so do they.

Not before `seconds` have passed since the last, nor before 50 times what the last one
took: so writing takes less than 2 % of the time, however large the state.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from softjet.learn.runs.checkpoints import Checkpoints
from softjet.learn.runs.state import State

# The share of the time that may go into writing is one in so many.
SPARING = 50
# Bytes a second, before the first has been timed: a slow disk's.
SLOW = 100e6


class Keeper:
    """Keeps the last state at hand, and writes one now and then.

    Parameters
    ----------
    store : Checkpoints
    about : what each file says of itself: the job, the data
    seconds : float, least time between two
    before : float, seconds spent on this run before it was resumed
    clock : for tests
    """

    def __init__(
        self,
        store: Checkpoints,
        about: dict[str, Any],
        seconds: float,
        before: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store, self.about, self.seconds = store, about, seconds
        self.before, self.clock = before, clock
        self.start = self.last = clock()
        self.cost: float | None = None
        self.latest: Callable[[], State] | None = None
        self.written: Callable[[], State] | None = None

    def __call__(self, state: Callable[[], State]) -> None:
        """A step ended: `state()` is where it left the training."""
        self.latest = state
        since = self.clock() - self.last
        if since < self.seconds:
            return
        if self.cost is None:
            self.cost = state().nbytes / SLOW
        if since >= SPARING * self.cost:
            self._try()

    def spent(self) -> float:
        """Seconds of training, those before a resumption too."""
        return self.before + self.clock() - self.start

    def finish(self) -> None:
        """Training has ended: what follows it may take long, and fail, too."""
        long = self.clock() - self.start >= max(self.seconds, 1.0)
        if long and self.latest is not None and self.written is not self.latest:
            self._try()

    def save(self) -> State | None:
        """Write the last whole state, unless it is; None where there is none."""
        if self.latest is None:
            return None
        state = self.latest()
        if self.written is not self.latest:
            self._write(state)
        return state

    def _try(self) -> None:
        try:
            assert self.latest is not None
            self._write(self.latest())
        except OSError as error:
            # A full disk is no reason to throw hours of training away.
            self.last = self.clock()
            self.store.say(
                f"no checkpoint in {self.store.folder}: {error.strerror}; going on"
            )

    def _write(self, state: State) -> None:
        begun = self.clock()
        self.store.save(self.about | {"seconds": self.spent()}, state)
        self.written, self.last = self.latest, self.clock()
        self.cost = self.last - begun
