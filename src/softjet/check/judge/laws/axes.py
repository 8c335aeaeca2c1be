"""The axis that is given is the axis that is used."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ118",
    name="axes",
    broken="wrong along another axis",
    why="It takes an axis and does not keep to it.",
    hint="Give the same axis and keepdims=True to every reduction.",
    speaks=of_families("axes"),
)
