"""What is handed over is read, not written."""

from __future__ import annotations

from ._law import Law

CHANGED = frozenset({"input-changed", "seed-changed"})

law = Law(
    code="SJ121",
    name="inputs untouched",
    broken="it changes what it was given",
    why="The caller still needs the array: the next function sees other numbers.",
    hint="Write x = x - m, not x -= m; copy before you write.",
    speaks=lambda trial: True,
    breaks=lambda trial: bool(trial.facts & CHANGED),
)
