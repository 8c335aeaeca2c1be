"""The answer does not depend on how the array lies in memory."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ116",
    name="memory layout",
    broken="wrong for arrays that are not in C order",
    why="Views and transposes are passed around all the time.",
    hint="Use the array's own indexing, not its memory.",
    speaks=of_families("memory"),
)
