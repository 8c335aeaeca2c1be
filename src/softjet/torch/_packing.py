"""A plan and its tensors as an operator takes them: tensors that are there, a string.

    (Tensor[] tensors, str plan) -> Tensor[]

The string says which tensors of the plan are there.  A list with None in it would do
that too, but torch 2.13 asks such a list whether it requires grad and hears no
(`torch._C._any_requires_grad([x, None])`): an operator of torch.library.custom_op would
be cut from the graph without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._plan import Plan, plan_of

Tensor = Any
Tensors = tuple[Any, ...]
SCHEMA = "(Tensor[] tensors, str plan) -> Tensor[]"


def packed(plan: Plan, tensors: Sequence[Tensor]) -> tuple[list[Tensor], str]:
    """What an operator is called with."""
    marks = "".join("-" if t is None else "+" for t in tensors)
    # Joined, not formatted: torch.compile follows str(plan), and no f-string with it.
    return [t for t in tensors if t is not None], marks + " " + str(plan)


def unpacked(tensors: Sequence[Any], text: str) -> tuple[Plan, Tensors]:
    """The plan, and something for each of its tensors: None for one that is absent."""
    marks, _, plan = text.partition(" ")
    rest = iter(tensors)
    return plan_of(plan), tuple(next(rest) if m == "+" else None for m in marks)
