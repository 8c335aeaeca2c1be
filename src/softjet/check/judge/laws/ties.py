"""Two largest logits are nothing special."""

from __future__ import annotations

from ._law import Law, of_families

law = Law(
    code="SJ117",
    name="ties",
    broken="wrong where two logits are the largest",
    why="The largest logit is a constant of the shift, not a choice of class.",
    hint="Do not differentiate through the shift, nor choose by argmax.",
    speaks=of_families("ties"),
)
