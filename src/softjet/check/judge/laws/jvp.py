"""The JVP is the derivative of the value along the tangent."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ103",
    name="jvp",
    broken="the forward derivative is wrong",
    why="It is not the derivative of the value along the tangent.",
    hint="y_dot_i = sum_j dy_i/dx_j x_dot_j, row by row.",
    speaks=of_piece("jvp"),
)
