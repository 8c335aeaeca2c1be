"""Temperature, smoothing, class weights, ignored rows and masks mean what they mean."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ119",
    name="options",
    broken="an option is not what it says",
    why="The option changes the answer to something else than its definition.",
    hint="Compare with the definition on the shrunk input.",
    speaks=of_families("temperature", "targets", "masks"),
)
