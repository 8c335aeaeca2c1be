"""Integer logits are numbers too."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ115",
    name="integers",
    broken="wrong for integer logits",
    why="An array made like an integer input cuts probabilities to 0.",
    hint="Convert the input to floats first.",
    speaks=of_families("integers"),
)
