"""The gradient is the derivative of the loss."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ105",
    name="gradient",
    broken="the gradient of the loss is wrong",
    why="Descent along it does not descend the loss.",
    hint="For a mean over N rows it is (p - t) / N.",
    speaks=of_piece("gradient"),
)
