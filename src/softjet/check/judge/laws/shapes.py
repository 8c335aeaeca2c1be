"""The answer has the shape of what it is the answer of."""

from __future__ import annotations

from ._law import Law

law = Law(
    code="SJ111",
    name="shapes",
    broken="the answer has the wrong shape",
    why="One row in, one row out; a batch is not flattened into one vector.",
    hint="Keep the batch axis: keepdims=True, and one Jacobian a row.",
    speaks=lambda trial: True,
    breaks=lambda trial: trial.shape is not None,
)
