"""The VJP is the transposed derivative of the value."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ102",
    name="vjp",
    broken="the backward pass is wrong",
    why="It is not the transposed derivative of the value: training follows another "
    "function.",
    hint="x_bar_j = sum_i y_bar_i dy_i/dx_j, row by row.",
    speaks=of_piece("vjp"),
)
