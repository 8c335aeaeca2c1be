"""What is wrong only because the value is: not a mistake of its own.

A backward that computes the value again, or a class whose backward reads what forward
kept, inherits a wrong value.  It is judged by the formula on the y that came back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..verdict import Note
from .callee import Session
from .judged import Judged
from .laws import is_plain
from .trial import Trial


def without_consequences(
    judged: Sequence[Judged],
) -> tuple[tuple[Judged, ...], tuple[Note, ...]]:
    """The pieces that stand on their own, and a note for those that only follow."""
    judged = _first_derivatives(judged)
    value = next((one for one in judged if one.piece.name == "value"), None)
    if value is None or not value.plain_is_broken:
        return tuple(judged), ()
    own = [one for one in judged if one is value or not _follows(one, value)]
    dropped = [one.piece.name for one in judged if one not in own]
    notes = [
        Note("SJ211", f"{name}: not judged apart; it follows from the value")
        for name in dropped
    ]
    return tuple(own), tuple(notes)


def _first_derivatives(judged: Sequence[Judged]) -> list[Judged]:
    """Without what a library derives from a backward that is wrong already."""
    off = {one.piece.name for one in judged if one.plain_is_broken}
    return [
        one
        for one in judged
        if not (one.piece.derived and one.piece.name == "second" and "vjp" in off)
        and not (one.piece.derived and one.piece.name == "jvp" and "vjp" in off)
    ]


def _follows(one: Judged, value: Judged) -> bool:
    if one.piece.derived:
        return True
    if not one.plain_is_broken:
        return False
    inherits = isinstance(one.piece.callee, Session) or one.piece.callee.takes == "x"
    if not inherits or one.piece.kind.name != "softmax":
        return False
    of_probe = {made.probe: made for made in value.trials}
    wrong = [made for made in one.trials if made.wrong and is_plain(made)]
    return all(_explained(made, of_probe.get(made.probe)) for made in wrong)


def _explained(made: Trial, value: Trial | None) -> bool:
    """Whether it is y * (g - <y, g>) of the y that the value gave."""
    if value is None or value.got is None or made.got is None or made.seed is None:
        return False
    y, g = value.got, made.seed
    if made.piece not in ("vjp", "jvp") or y.shape != g.shape:
        return False
    expected = y * (g - (y * g).sum(-1, keepdims=True))
    return bool(np.allclose(made.got, expected, rtol=1e-9, atol=1e-12))
