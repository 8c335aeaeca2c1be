"""Mean, sum, or rows apart: what a loss and its gradient turn out to be.

The mean, unless the caller says otherwise.  Rows apart are told by their shape.  A sum
is accepted where the loss and its gradient agree on it; alone, it is judged as the mean
that a loss usually is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..verdict import Note
from .call import Piece
from .fit import RIGHT, fitted
from .kinds import Kind

Readable = Mapping[str, tuple[Piece, ...]]


def decided(
    readable: Readable, kind: Kind, fixed: Mapping[str, Any]
) -> tuple[tuple[Piece, ...], list[Note]]:
    """Every piece as it fits best, and what is to be said of the reduction."""
    found = {name: fitted(pieces, kind) for name, pieces in readable.items()}
    if "reduction" in fixed or not (kind.takes_targets or "gradient" in found):
        return tuple(piece for piece, _ in found.values()), []
    notes: list[Note] = []
    other = _other(readable, kind, found)
    for name, (piece, reduction) in other.items():
        found[name] = piece, RIGHT
        notes.append(Note("SJ203", f"{name}: {_SAID[reduction]}"))
    return tuple(piece for piece, _ in found.values()), notes


_SAID = {
    "sum": "a sum over the rows, not their mean",
    "none": "the rows' losses, not their mean",
}


def _other(
    readable: Readable, kind: Kind, found: Mapping[str, tuple[Piece, int]]
) -> dict[str, tuple[Piece, str]]:
    """Pieces that are right under another reduction, where that is no mistake."""
    off = [name for name, (_, grade) in found.items() if grade != RIGHT]
    fits = {name: _fits(readable[name], kind, name) for name in off}
    right = {name: one for name, one in fits.items() if one is not None}
    apart = {name: one for name, one in right.items() if one[1] == "none"}
    summed = {name: one for name, one in right.items() if one[1] == "sum"}
    agree = len(summed) > 1 or not kind.takes_targets or "value" in apart
    return apart | (summed if agree else {})


def _fits(pieces: tuple[Piece, ...], kind: Kind, name: str) -> tuple[Piece, str] | None:
    for reduction in ("none", "sum") if name == "value" else ("sum",):
        tried = [replace(p, fixed={**p.fixed, "reduction": reduction}) for p in pieces]
        piece, grade = fitted(tried, kind)
        if grade == RIGHT:
            return piece, reduction
    return None
