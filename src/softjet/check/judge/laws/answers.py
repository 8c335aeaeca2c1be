"""A batch of ordinary rows gets an answer, not an exception."""

from __future__ import annotations

from ._law import Law

law = Law(
    code="SJ110",
    name="an answer",
    broken="it raises",
    why="A plain batch is refused.",
    hint="Read the exception on the shrunk input; N and K differ there.",
    speaks=lambda trial: True,
    breaks=lambda trial: trial.raised is not None,
)
