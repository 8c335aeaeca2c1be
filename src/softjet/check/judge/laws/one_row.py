"""A batch of one is a batch."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ120",
    name="batch of one",
    broken="wrong for a batch of one",
    why="The last batch of an epoch can have one row.",
    hint="Do not squeeze: keep the batch axis.",
    speaks=of_families("one row"),
)
