"""The gradient to the probabilities, pulled back, is the gradient to the logits."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ106",
    name="composition",
    broken="the pieces do not compose to the gradient",
    why="The loss's gradient, pulled back through the function, is not (p - t) / N.",
    hint="Judge each piece alone first; then what one hands to the other.",
    speaks=of_piece("composed"),
)
