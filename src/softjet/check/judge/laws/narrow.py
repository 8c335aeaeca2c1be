"""float32 and float16 are served to their own precision."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ114",
    name="narrow dtypes",
    broken="wrong in float32 or float16",
    why="The answer is further off than that precision explains.",
    hint="Look for constants, sums or casts in another precision.",
    speaks=of_families("narrow"),
)
