"""The right answers on a probe, and the sizes that bounds are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..kinds import KINDS
from . import attention, entries, losses, rows
from ._case import Case

Array = Any
Answer = tuple[Array, Array]
_BY: dict[str, Callable[[Case, str], Answer]] = {
    "rows": rows.answer,
    "numbers": rows.answer,
    "entries": entries.answer,
    "loss": losses.answer,
    "attention": attention.answer,
    "entry loss": losses.answer,
}


def answer(case: Case, piece: str) -> Answer:
    """(want, size): the right answer, and B times the size of its terms."""
    return _BY[KINDS[case.kind].maps](case, piece)


__all__ = ["Case", "answer"]
