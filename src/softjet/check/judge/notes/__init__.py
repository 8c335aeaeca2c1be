"""Notes of policy, one a file: choices that libraries make differently, no faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...verdict import Note
from ..judged import Judged
from . import (
    dead_rows,
    digits,
    half_sums,
    integers,
    large_jacobian,
    narrowed,
    soft_targets,
    widened,
    zero_targets,
)

_FILES = (
    dead_rows,
    widened,
    narrowed,
    soft_targets,
    integers,
    digits,
    half_sums,
    large_jacobian,
    zero_targets,
)


def notes_of(judged: Sequence[Judged]) -> Iterator[Note]:
    """Everything worth a note about pieces that were judged."""
    for file in _FILES:
        for one in judged:
            text = file.text(one)
            if text is not None:
                yield Note(file.CODE, f"{one.piece.name}: {text}")


__all__ = ["notes_of"]
