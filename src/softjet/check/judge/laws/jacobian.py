"""The Jacobian holds the partial derivatives, one matrix a row."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ104",
    name="jacobian",
    broken="the Jacobian is wrong",
    why="Its entries are not the partial derivatives of the value.",
    hint="J[i, j] is dy_i/dx_j, of one row; a batch has one matrix a row.",
    speaks=of_piece("jacobian"),
)
