"""An entry at -inf has left its row, and the row still has an answer."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ113",
    name="dead entries",
    broken="a logit at -inf spoils the row",
    why="Masks put -inf there; the other classes still have an answer.",
    hint="0 times inf is NaN: leave out the terms that are 0.",
    speaks=of_families("dead entries"),
)
