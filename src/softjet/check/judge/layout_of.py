"""Which layout a subject is in: decided by what is right, else asked.

Rows, unless everything says columns; one row a call only where every batch is refused,
because a function that takes a batch and answers it wrongly is wrong.  So is a backward
of one row beside a value that is right for batches: together they train nothing.  A
Jacobian of one row is one matrix, and stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..verdict import Note
from . import asked
from .call import Piece
from .fit import RAISED, RIGHT, SHAPE, fitted
from .kinds import Kind

# The layouts to try, in order.
POSSIBLE: dict[str, tuple[str, ...]] = {
    "rows": ("rows", "columns", "row"),
    "numbers": ("rows", "columns", "row"),
    "loss": ("rows", "columns", "row"),
    "entries": ("rows", "entry"),
    "entry loss": ("flat", "rows", "entry"),
    "attention": ("heads", "single", "batch and heads"),
}
PULLED = ("vjp", "jvp", "gradient")  # what is handed whatever the value was handed
Readable = Mapping[str, tuple[Piece, ...]]


def decided(
    readable: Readable, kind: Kind, layout: str | None
) -> tuple[dict[str, str], list[Note]]:
    """The layout of every piece, and what is to be said of it."""
    if layout is not None:
        return dict.fromkeys(readable, layout), []
    if kind.maps == "attention":
        return dict.fromkeys(readable, _of_attention(readable, kind)), []
    first, *others = POSSIBLE[kind.maps]
    grades = {name: _grade(found, first, kind) for name, found in readable.items()}
    laid = dict.fromkeys(readable, first)
    notes: list[Note] = []
    if "columns" in others and _columns(readable, kind, grades):
        if len(readable) == 1:
            # One piece alone may have the wrong axis: judged as rows, and asked.
            return laid, [asked.layout()]
        laid = dict.fromkeys(readable, "columns")
        notes.append(Note("SJ201", "examples are columns: (K, N)"))
        return laid, notes
    taken_by = {
        name: _single(readable[name], kind, first, reached)
        for name, reached in grades.items()
    }
    if "row" in taken_by.values():
        taken_by = {n: _alike(readable[n], kind, t) for n, t in taken_by.items()}
    batched = taken_by.get("value") == first and grades["value"] == RIGHT
    for name, taken in taken_by.items():
        if batched and name in PULLED and taken in ("row", "entry"):
            notes.append(Note("SJ216", f"{name} {_SAID[taken]}, and value takes it"))
        elif taken != first:
            laid[name] = taken
            notes.append(Note("SJ202", f"{name} {_SAID[taken]}"))
    return laid, notes


_SAID = {
    "row": "takes one row a call: a batch raises",
    "entry": "takes one number a call: an array raises",
    "rows": "takes examples in rows",
}


def _of_attention(readable: Readable, kind: Kind) -> str:
    """The first layout in which all is right, or else in which most is answered."""

    def total(layout: str) -> int:
        return sum(_grade(found, layout, kind) for found in readable.values())

    return max(POSSIBLE[kind.maps], key=total)


def _grade(found: tuple[Piece, ...], layout: str, kind: Kind) -> int:
    return fitted([replace(piece, layout=layout) for piece in found], kind)[1]


def _columns(readable: Readable, kind: Kind, grades: Mapping[str, int]) -> bool:
    """Whether more is right in columns."""
    rows = sum(grade == RIGHT for grade in grades.values())
    if rows == len(grades):
        return False
    turned = {name: _grade(found, "columns", kind) for name, found in readable.items()}
    if any(turned[name] <= RAISED for name in grades):
        return False
    columns = sum(grade == RIGHT for grade in turned.values())
    return columns > rows


def _single(found: tuple[Piece, ...], kind: Kind, first: str, reached: int) -> str:
    """The layout of a piece that refuses every batch, where another does not."""
    if first == "flat" and reached != RIGHT:
        rows = _grade(found, "rows", kind)
        if rows == RIGHT or (reached < SHAPE <= rows):
            return "rows"
    if reached != RAISED or not _refuses_all(found, kind, first):
        return first
    for layout in POSSIBLE[kind.maps][1:]:
        if layout in ("row", "entry") and _grade(found, layout, kind) > RAISED:
            return layout
    return first


def _alike(found: tuple[Piece, ...], kind: Kind, taken: str) -> str:
    """Beside a piece of one row: one row too, where that alone is right.

    (Python's zip takes arrays of any shape, and means numbers.)
    """
    if _grade(found, taken, kind) == RIGHT or _grade(found, "row", kind) != RIGHT:
        return taken
    return "row"


def _refuses_all(found: tuple[Piece, ...], kind: Kind, layout: str) -> bool:
    """Whether every batch raises: more rows than classes, fewer, and as many."""
    from .call import trial
    from .fit import basis, forms

    for piece in found:
        for form in forms(replace(piece, layout=layout)):
            made = (trial(form, probe) for probe in basis(kind))
            if any(one is not None and one.raised is None for one in made):
                return False
    return True
