"""The same call gives the same answer."""

from __future__ import annotations

from ._law import Law

law = Law(
    code="SJ122",
    name="repeatable",
    broken="the same call gives another answer",
    why="Something is kept between calls and used.",
    hint="Keep nothing in module or class variables.",
    speaks=lambda trial: True,
    breaks=lambda trial: bool(trial.facts & {"not-repeatable", "state-shared"}),
)
