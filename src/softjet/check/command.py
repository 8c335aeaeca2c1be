"""softjet check: somebody's file in, a report and an exit code out.

0   clean          1   findings          2   could not run, or not judge all of it
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches

from softjet.errors import Refusal

from . import demo as _demo
from .judge.kinds import KINDS
from .judge.layouts import LAYOUTS
from .report._page import Page
from .report.explain import explain
from .report.outcome import outcome_json, outcome_text
from .run.outcome import Outcome
from .run.place import Place, place_of
from .run.process import judged
from .run.request import GIBIBYTES, SECONDS, Request
from .run.stops import OPTION

AXES = {-1: "rows", 1: "rows", 0: "columns"}
DERIVATIVES = ("vjp", "jvp", "jacobian", "gradient")


@dataclass(frozen=True)
class Words:
    """What was typed, as `softjet check` takes it.

    Attributes
    ----------
    target : str or None
        path/to/file.py:function, module:function or path/to/file.py:Class.
    kind : str or None
        What it is to be: one of KINDS.
    vjp, jvp, jacobian, gradient : str or None
        Places of the derivatives; a name alone stands in the target's file.
    layout : str or None
        "rows" for (N, K), "columns" for (K, N), "row" for one (K,) a call; None finds
        out.
    axis : int or None
        The axis of the classes, which is another word for it: -1 or 1 for rows, 0 for
        columns.
    json, explain, hints, demo : bool, str or None, bool, bool
        As JSON; a code to explain; with what mends it; the shipped example.
    timeout, memory : float
        Seconds of computing, GiB.
    """

    target: str | None = None
    kind: str | None = None
    vjp: str | None = None
    jvp: str | None = None
    jacobian: str | None = None
    gradient: str | None = None
    layout: str | None = None
    axis: int | None = None
    json: bool = False
    explain: str | None = None
    hints: bool = True
    demo: bool = False
    timeout: float = SECONDS
    memory: float = GIBIBYTES


def check(words: Words, width: int = 80, colour: bool = False) -> tuple[str, int]:
    """Judge a file in a process of its own; the report, and the exit code.

    Parameters
    ----------
    words : Words
        What was typed.
    width : int
        Characters of a line.
    colour : bool
        Whether the text goes to a terminal; without it the text is plain ASCII.

    Returns
    -------
    text, exit_code : str, int
        0 clean, 1 findings, 2 could not run or could not judge all of it.

    Notes
    -----
    Nothing is refused by an exception: a missing file or a wrong kind is a text, and
    exit code 2; with json it is JSON too.
    """
    page = Page(width, colour and not words.json, words.hints)
    try:
        if words.explain is not None:
            return explain(words.explain, page), 0
        outcome = judged(_request(words))
    except Refusal as refusal:
        outcome = Outcome(stop=refusal)
    return _told(words, outcome, page), outcome.exit_code


def _told(words: Words, outcome: Outcome, page: Page) -> str:
    if words.json:
        return outcome_json(outcome, page)
    told = outcome_text(_demo.shortened(outcome) if words.demo else outcome, page)
    return f"{_demo.listing(page)}\n{told}" if words.demo else told


def _request(words: Words) -> Request:
    if words.demo:
        words = replace(words, **_demo.WORDS)
    places = _places(words)
    if not places:
        raise OPTION.refusal("no function to judge", "softjet check --demo")
    return Request(
        kind=_one_of("--kind", words.kind, KINDS),
        places=places,
        layout=_layout(words),
        seconds=_positive("--timeout", words.timeout, "seconds"),
        memory=_positive("--memory", words.memory, "GiB"),
    )


def _places(words: Words) -> dict[str, Place]:
    """Piece by piece; a name alone stands in the file of the target."""
    target = place_of(words.target) if words.target else None
    places = {} if target is None else {"value": target}
    for piece in DERIVATIVES:
        typed = getattr(words, piece)
        if typed is not None:
            places[piece] = place_of(typed, beside=target)
    return places


def _layout(words: Words) -> str | None:
    """The layout, by its name or by the axis of the classes; both must say the same."""
    named = words.layout and _one_of("--layout", words.layout, LAYOUTS)
    if words.axis is None:
        return named
    if words.axis not in AXES:
        known = "--axis -1 or 1 for rows (N, K), 0 for columns (K, N)"
        raise OPTION.refusal(f"--axis {words.axis}", known)
    of_axis = AXES[words.axis]
    if named not in (None, of_axis):
        got = f"--axis {words.axis} and --layout {named}"
        raise OPTION.refusal(got, f"--layout {of_axis}, or --layout {named} alone")
    return of_axis


def _one_of(option: str, typed: str | None, known: Collection[str]) -> str:
    if typed in known:
        return str(typed)
    near = get_close_matches((typed or "").lower(), known, n=1)
    hint = f"{option} {near[0]}" if near else f"{option} one of {', '.join(known)}"
    raise OPTION.refusal(f"{option} {typed}" if typed else f"no {option}", hint)


def _positive(option: str, typed: float, unit: str) -> float:
    if not 0.0 < typed < float("inf"):
        raise OPTION.refusal(f"{option} {typed:g}", f"a number of {unit} above 0")
    return typed
