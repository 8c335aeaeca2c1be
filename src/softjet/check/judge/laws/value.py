"""The value is the function's, within the textbook algorithm's rounding."""

from __future__ import annotations

from ._law import Law, of_piece

law = Law(
    code="SJ101",
    name="value",
    broken="the value is wrong",
    why="Everything built on it is wrong too.",
    hint="Compare it with the formula on the shrunk input, term by term.",
    speaks=of_piece("value"),
)
