"""Large, small and confident logits are served: exp cannot hold what they become."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ112",
    name="range",
    broken="right for moderate logits only",
    why="Logits of a trained network are large: exp overflows, or all underflows.",
    hint="Subtract each row's own largest logit before exp; keep losses in logarithms.",
    speaks=of_families("wide", "offset", "saturated"),
)
