"""The page of a code: what it means, when it hides, how it shows, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from softjet.errors import Refusal

from ..run.stops import STOPS, Stop
from ._page import Page
from ._promises import promise
from .remarks import NOTES, QUESTIONS, Remark

if TYPE_CHECKING:
    from ..bugs import Bug
    from ..judge.laws import Law

Fields = list[tuple[str, str | None]]
# What a bug's page says, in this order.
_BUG_FIELDS = (
    ("line", "line"),
    ("hides", "looks_right_when"),
    ("shows", "symptom"),
    ("why", "why"),
    ("tell", "tell"),
    ("mend", "mended"),
)


def explain(code: str, page: Page | None = None) -> str:
    """The page of a code as text; a code that is none is refused.

    >>> print(explain("SJ352").splitlines()[0])
    SJ352  the file has no such name
    """
    page, wanted = page or Page(), code.strip().upper()
    pages = dict(_pages())
    if wanted not in pages:
        raise _unknown(code, wanted, list(pages))
    name, fields = pages[wanted]()
    told = [f"{page.style(wanted, 'red')}  {page.style(page.clean(name), 'bold')}"]
    for label, text in fields:
        told += page.field(label, text) if text else []
    return "\n".join(told) + "\n"


def codes() -> tuple[str, ...]:
    """Every code that has a page, in order."""
    return tuple(sorted(code for code, _ in _pages()))


def _unknown(code: str, wanted: str, known: list[str]) -> Refusal:
    near = [other for other in sorted(known) if other[:4] == wanted[:4]]
    return Refusal(
        "code-unknown",
        "there is no such code",
        got=code,
        want="a code from a report: SJ001 to SJ099 for a bug, SJ101 to SJ199 for a "
        "broken law, SJ201 to SJ299 for a note, SJ301 to SJ399 for what was not judged",
        hint=f"{near[0]} to {near[-1]}" if near else None,
    )


def _pages() -> Iterator[tuple[str, Callable[[], tuple[str, Fields]]]]:
    """Every code, and what writes its page."""
    from ..bugs import BUGS
    from ..judge.laws import LAWS

    for bug in BUGS:
        yield bug.code, partial(_bug, bug)
    for law in LAWS:
        yield law.code, partial(_law, law)
    for remark in (*NOTES, *QUESTIONS):
        yield remark.code, partial(_remark, remark)
    for stop in STOPS:
        yield stop.code, partial(_stop, stop)


def _bug(bug: Bug) -> tuple[str, Fields]:
    fields: Fields = [(label, getattr(bug, name)) for label, name in _BUG_FIELDS]
    fields.append(("in", f"{', '.join(bug.kinds)} ({', '.join(bug.pieces)})"))
    labels = ["seen", *[""] * len(bug.sources)]
    return bug.name, [*fields, *zip(labels, bug.sources, strict=False)]


def _law(law: Law) -> tuple[str, Fields]:
    return law.broken, [
        ("law", promise(law.name)),
        ("why", law.why),
        ("hint", law.hint),
    ]


def _remark(remark: Remark) -> tuple[str, Fields]:
    return remark.name, [("why", remark.why), ("hint", remark.hint)]


def _stop(stop: Stop) -> tuple[str, Fields]:
    return stop.name, [("why", stop.why), ("want", stop.want), ("try", stop.hint)]
