"""The report of a run: the verdict or the reason why there is none, and the prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from softjet.errors import Refusal

from ..run.outcome import Outcome, Printed
from ._finding import MORE
from ._page import Page
from .json import document, encoded
from .text import joined, text

# Lines of what the file printed that are shown, of each stream.
SHOWN = 10


def outcome_text(outcome: Outcome, page: Page | None = None) -> str:
    """As text, with a line's end after the last line."""
    page = page or Page()
    if outcome.verdict is not None:
        told = text(outcome.verdict, page)
    else:
        assert outcome.stop is not None
        told = joined([stop_lines(outcome.stop, page)])
    printed = _printed(outcome.printed, page)
    return f"{told}\n{joined(printed)}" if printed else told


def outcome_json(outcome: Outcome, page: Page | None = None) -> str:
    """As JSON: exit_code, verdict or null, stop or null, printed."""
    page, verdict = page or Page(), outcome.verdict
    return document(
        {
            "exit_code": outcome.exit_code,
            "verdict": None if verdict is None else encoded(verdict, page.hints),
            "stop": None if outcome.stop is None else _stop(outcome.stop),
            "printed": asdict(outcome.printed),
        }
    )


def stop_lines(stop: Refusal, page: Page) -> list[str]:
    """A refusal, with its code where a finding has it."""
    code, problem = page.style(page.clean(stop.code), "red"), page.clean(stop.problem)
    told = [f"{code}  {page.style(problem, 'bold')}"]
    told += page.field("got", stop.got) + page.field("want", stop.want)
    told += page.field("try", stop.hint) if stop.hint else []
    if stop.code.startswith("SJ"):
        told += page.field("more", MORE.format(stop.code))
    return told


def _stop(stop: Refusal) -> dict[str, Any]:
    names = ("code", "problem", "got", "want", "hint")
    return {name: getattr(stop, name) for name in names}


def _printed(printed: Printed, page: Page) -> list[list[str]]:
    """What the file printed, apart from what is said about it."""
    streams = (
        ("printed", printed.out, printed.out_bytes),
        ("wrote to stderr", printed.err, printed.err_bytes),
    )
    return [_stream(*stream, page) for stream in streams if stream[-1]]


def _stream(word: str, told: str, size: int, page: Page) -> list[str]:
    lines = told.splitlines()
    shown = [_cut(page.clean(line), page) for line in lines[:SHOWN]]
    more = len(lines) > len(shown)
    head = f"The file {word}{f', {size} bytes in all' if more else ''}:"
    rest = ["  | ..."] if more else []
    return [page.style(head, "dim"), *(f"  | {line}" for line in shown), *rest]


def _cut(line: str, page: Page) -> str:
    room = page.width - 4
    return line if len(line) <= room else f"{line[: room - 3]}..."
