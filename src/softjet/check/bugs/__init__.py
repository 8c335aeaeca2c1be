"""Bugs that people write around the softmax, each with what it gives on a trial.

    BUGS                         all of them, by code
    bug("SJ001")                 one
    recognise(trials, piece)     the one that explains what is wrong with a piece

SJ001 to SJ029 are the classics; the page of all is docs/bugs.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Refusal
from ._bug import Bug, Sight
from ._form import Form
from ._match import Match, best

if TYPE_CHECKING:
    from ..judge.trial import Trial

__all__ = ["BUGS", "Bug", "Form", "Match", "Sight", "bug", "recognise", "recognised"]


def _found() -> tuple[Bug, ...]:
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    found = [import_module(f".{path.stem}", __name__).BUG for path in files]
    return tuple(sorted(found, key=lambda each: each.code))


BUGS: tuple[Bug, ...] = _found()
_BY_CODE = {each.code: each for each in BUGS}


def bug(code: str) -> Bug:
    """The bug with a code."""
    if code.upper() not in _BY_CODE:
        raise Refusal(
            "bug-code",
            "no known bug has this code",
            got=code,
            want=f"{BUGS[0].code} to {BUGS[-1].code}, as docs/bugs.md has them",
        )
    return _BY_CODE[code.upper()]


def recognise(trials: Sequence[Trial], piece: str) -> Match | None:
    """The bug that explains most of what is wrong with a piece, or None.

    Parameters
    ----------
    trials : sequence of Trial
        Of one subject; those of other pieces are read where two pieces cancel.
    piece : str
        "value", "vjp", ...

    Returns
    -------
    Match or None
        It explains every wrong trial of harmless arithmetic that it speaks of, at least
        half of those there are, and contradicts none of the right ones.
    """
    return best(BUGS, trials, piece)


def recognised(trials: Sequence[Trial], piece: str) -> tuple[Match, ...]:
    """The bug that explains most, the one that explains most of the rest, and so on."""
    matches: list[Match] = []
    left = list(trials)
    while match := best(BUGS, left, piece):
        if any(match.bug is earlier.bug for earlier in matches):
            break
        matches.append(match)
        seen = {id(trial) for trial in match.trials}
        left = [trial for trial in left if id(trial) not in seen]
    return tuple(matches)
