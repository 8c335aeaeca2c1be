"""A cause as a finding: shrunk, with what came back and what was right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..bugs import Match
from ..verdict import Finding
from .judged import Cause, known
from .layouts import hand_over
from .probe import Probe
from .shrink import shrunk
from .tells import ratio, tells
from .trial import Trial

Array = Any
PAGE = "docs/bugs.md"


def finding(cause: Cause) -> Finding:
    """The finding of a cause, on the smallest input that shows it."""
    first = cause.trials[0]
    probe, made = cause.judged.probe_of(first), first
    if made.wrong or law_breaks(cause):
        probe, made = shrunk(cause.judged.piece, probe, made, _shows(cause))
    match, law = cause.match, cause.law
    bug = None if match is None else match.bug
    got, want, allowed, entry = _answers(cause, probe, made)
    why = law.why if bug is None else bug.why
    if bug is None:
        why = f"{why} {tells([made])}".strip()
    return Finding(
        code=law.code if bug is None else bug.code,
        name=law.broken if bug is None else bug.name,
        piece=made.piece,
        law=law.name,
        probe=made.probe,
        input=_input(cause, probe),
        got=got,
        want=want,
        allowed=allowed,
        entry=entry,
        ratio=_plain_ratio(first, made) if match is None else _ratio(match, made),
        why=why,
        hint=law.hint if bug is None else bug.mended,
        page=PAGE if bug is None else f"{PAGE}#{bug.code.lower()}",
        bug=bug is not None,
    )


def law_breaks(cause: Cause) -> bool:
    return cause.law.breaks(cause.trials[0])


def _shows(cause: Cause) -> Callable[[Trial], bool]:
    """Whether a smaller trial still shows the same thing in the same way."""
    first, law, match = cause.trials[0], cause.law, cause.match

    def shows(made: Trial) -> bool:
        if not law.breaks(made) or not law.speaks(made):
            return False
        if _way(made) != _way(first):
            return False
        if match is None or match.bug.sight is not None:
            return True
        again = known([made], made.piece)
        return again is not None and again.bug is match.bug

    return shows


def _plain_ratio(first: Trial, made: Trial) -> float | None:
    """got / want as shown, if the probe it was shrunk from has one too.

    (A row of two classes that sums to 0 is a multiple of every other such row.)
    """
    return None if ratio(first) is None else ratio(made)


def _ratio(match: Match, made: Trial) -> float | None:
    """The constant factor on the input that is shown: N there is N of its rows.

    What the match found on other inputs is no fact of this one.
    """
    again = known([made], made.piece)
    if again is not None and again.bug is match.bug:
        return again.ratio
    return None if match.ratio is None else ratio(made)


def _way(made: Trial) -> tuple[bool, bool, bool]:
    """How it fails: by an exception, by its shape, by NaN or infinity, by a number."""
    finite = made.got is None or bool(np.isfinite(made.got[made.misses]).all())
    return made.raised is None, made.shape is None, finite


def _input(cause: Cause, probe: Probe) -> dict[str, Array]:
    """What was handed over, by the names of the function's own arguments."""
    piece = cause.judged.piece
    problem = piece.problem(probe)
    shown: dict[str, Array] = {}
    for role, name in piece.callee.names.items():
        value = problem.role(role, piece.targets)
        if value is not None:
            shown[name] = _laid(cause, np.array(value), probe)
    for option, value in probe.options.items():
        if option not in ("k", "v"):
            shown.setdefault(option, np.asarray(value))
    if probe.axis is not None:
        shown["axis"] = np.asarray(probe.axis)
    return shown


def _laid(cause: Cause, array: Array, probe: Probe) -> Array:
    layout = cause.judged.piece.layout
    if layout in ("row", "entry") or cause.judged.piece.kind.maps == "attention":
        return array
    if layout == "flat":
        return array.reshape(-1)
    form = replace(probe, form="C")
    return hand_over(array, layout, form) if array.ndim in (1, 2) else array


def _answers(
    cause: Cause, probe: Probe, made: Trial
) -> tuple[Any, Any, Any, tuple[int, ...]]:
    """got, want, allowed as the function's caller sees them, and the worst entry."""
    want = _laid(cause, np.asarray(made.want), probe)
    allowed = _laid(cause, np.asarray(made.allowed), probe)
    if made.got is None:
        got: Any = made.raised or f"shape {made.shape}"
        return got, want, allowed, ()
    got = _laid(cause, np.asarray(made.got), probe)
    mark = np.zeros(np.shape(made.want))
    mark[made.worst] = 1.0
    marked = _laid(cause, mark, probe)
    entry = np.unravel_index(int(np.argmax(marked)), marked.shape)
    return got, want, allowed, tuple(int(i) for i in entry)
