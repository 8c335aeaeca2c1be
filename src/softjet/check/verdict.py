"""The verdict: findings, notes, and what was judged, as data.

SJ001-SJ099  a known bug, by its file in check/bugs
SJ101-SJ199  a broken law whose bug is not known
SJ201-SJ299  notes of policy: a choice, not a fault
SJ301-SJ399  could not judge, and what would help
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Array = Any


@dataclass(frozen=True, eq=False)
class Finding:
    """One mistake: what it is, the law it breaks, the smallest input that shows it.

    Attributes
    ----------
    code, name : str
        Stable code, and the bug's or the law's name.
    piece, law, probe : str
        Which function was wrong ("value", "vjp", ...), which promise it breaks, and on
        which probe.
    input : dict of str to array
        The shrunk input by the names of its arguments, as it was handed in.
    got, want, allowed : array, or str where no number came
        What came back and what is right on that input; how far off is honest.
    entry : tuple of int
        The worst entry of got.
    ratio : float or None
        got / want, where it is one constant.
    why, hint, page : str
        Why it is wrong, the mended line in words, where to read more.
    bug : bool
        Whether a known bug explains it; else `name` is the law's.
    """

    code: str
    name: str
    piece: str
    law: str
    probe: str
    input: dict[str, Array]
    got: Any
    want: Any
    allowed: Any
    entry: tuple[int, ...]
    ratio: float | None
    why: str
    hint: str
    page: str
    bug: bool


@dataclass(frozen=True)
class Note:
    """Something worth knowing that is no fault."""

    code: str
    text: str


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was judged, and what was found.

    Attributes
    ----------
    subject, kind, layout : str
        The function's name, what it was judged as, and how its rows lie.
    findings : tuple of Finding
    notes : tuple of Note
    laws : tuple of str
        Names of the promises that were judged.
    trials : int
        Calls that were compared.
    seconds : float
    places : dict of str to str
        "path/to/file.py:12" of each piece judged, where its source is known.
    """

    subject: str
    kind: str
    layout: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    laws: tuple[str, ...] = ()
    trials: int = 0
    seconds: float = 0.0
    places: dict[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> tuple[Note, ...]:
        """The notes that say what could not be judged, and what would help."""
        return tuple(note for note in self.notes if note.code.startswith("SJ3"))

    @property
    def ok(self) -> bool:
        """Nothing found, and nothing left unjudged."""
        return not self.findings and not self.asks

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(finding.code for finding in self.findings)

    def __str__(self) -> str:
        from .report.text import text

        return text(self)

    def to_json(self) -> str:
        """The verdict as JSON, in the documented schema."""
        from .report.json import to_json

        return to_json(self)
