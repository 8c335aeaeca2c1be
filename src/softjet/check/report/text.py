"""The report for people: every finding, the notes, and one line to sum it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..verdict import Note, Verdict
from ._finding import finding_lines
from ._page import Page

# What can come with a value, without a place of its own.
DERIVED = ("vjp", "jvp", "second")


def text(verdict: Verdict, page: Page | None = None) -> str:
    """The verdict as text, with a line's end after the last line."""
    page = page or Page()
    parts = [
        finding_lines(finding, _place(verdict, finding.piece), page)
        for finding in verdict.findings
    ]
    notes = [note for note in verdict.notes if note not in verdict.asks]
    parts += [_note("ask", note, page) for note in verdict.asks]
    parts += [_note("note", note, page) for note in notes]
    return joined([*parts, _summary(verdict, page)])


def _place(verdict: Verdict, piece: str) -> str | None:
    """Where a piece stands; the backward of a class, or autograd's, with its value."""
    own = verdict.places.get(piece)
    return own or (verdict.places.get("value") if piece in DERIVED else None)


def _note(word: str, note: Note, page: Page) -> list[str]:
    return page.field(word, f"{note.text} [{note.code}]", indent=0)


def _summary(verdict: Verdict, page: Page) -> list[str]:
    """ "backward: 1 mistake in vjp." and how much was judged."""
    found = Counter(finding.piece for finding in verdict.findings)
    if found:
        where = (f"{_count(n, 'mistake')} in {piece}" for piece, n in found.items())
        result, style = f"{', '.join(where)}.", "red"
    elif verdict.asks:
        result, style = "not judged in full.", "bold"
    else:
        result, style = "no mistake found.", "green"
    judged = (
        f"Judged as {verdict.kind} by {_count(len(verdict.laws), 'law')}, "
        f"{_count(verdict.trials, 'call')}."
    )
    told = [
        page.style(line, style) for line in page.prose(f"{verdict.subject}: {result}")
    ]
    return [*told, *page.prose(judged)]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def joined(parts: Iterable[list[str]]) -> str:
    """Paragraphs with an empty line between them, and a line's end after the last."""
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"
