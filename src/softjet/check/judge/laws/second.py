"""The backward pass differentiates: its derivative is the curvature."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ107",
    name="second order",
    broken="the second derivative is wrong",
    why="What the backward pass differentiates to is not the curvature; Hessian "
    "products are wrong.",
    hint="Keep what the backward pass reads as part of the graph, not as a constant.",
    speaks=of_piece("second"),
)
