"""How far a pass over the rows has come, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Told after every batch while a table is read.

    Attributes
    ----------
    name : "types", "statistics", "encoding" or "predicting"
    done, whole : rows read, and rows there are; before those are known bytes of a CSV
    unit : "rows" or "bytes"
    seconds_left : float, at the rate so far; of this stage alone
    """

    name: str
    done: int
    whole: int
    unit: str
    seconds_left: float


Told = Callable[[Stage], None]


class Clock:
    """Tells `told` about one stage."""

    def __init__(self, told: Told | None, name: str, whole: int, unit: str) -> None:
        self.told, self.name, self.whole, self.unit = told, name, whole, unit
        self.start, self.done = time.monotonic(), 0

    def to(self, done: int) -> None:
        """So far it has come."""
        if self.told is None:
            return
        self.done = min(done, self.whole)
        spent = time.monotonic() - self.start
        left = spent * (self.whole - self.done) / max(self.done, 1)
        self.told(Stage(self.name, self.done, self.whole, self.unit, left))
