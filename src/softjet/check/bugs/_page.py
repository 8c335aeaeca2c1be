"""docs/bugs.md: a table of what was caught and named, and a section a bug."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ._bug import Bug

HEAD = """\
# Known bugs around the softmax

`softjet check` knows these mistakes by what they compute, and names the one that
explains what is wrong about a function and contradicts nothing right. Each section has
the wrong line, where it hides, how it shows, why it is wrong, and the mended line in
words. SJ001 to SJ029 are the classics.

Written by `python -m benchmarks.bugs` from the files in `src/softjet/check/bugs` and
from a run over `tests/check/bugs/catalogue`, where each bug is a small file as people
write it.

## Caught and named

"Caught" says what a run found: a finding, or only a note where people disagree whether
it is a fault. "Named" says whether a finding has the bug's own code; if not, which.
"""


def page(bugs: Sequence[Bug], rows: Sequence[str]) -> str:
    """The whole page; `rows` are the table's, as a run of the catalogue made them."""
    table = ["| code | name | file | caught | named |", "|---|---|---|---|---|", *rows]
    sections = [line for bug in bugs for line in section(bug)]
    return "\n".join([HEAD, *table, "", *sections]).rstrip() + "\n"


def section(bug: Bug) -> Iterator[str]:
    """A bug's section; the heading is its code, so that its anchor is too."""
    yield from (
        f"## {bug.code}",
        "",
        _wrapped(f"**{_capital(bug.name)}.** {_where(bug)}"),
    )
    yield from ("", "```python", bug.line, "```", "")
    parts = {
        "Looks right when": bug.looks_right_when,
        "Shows as": bug.symptom,
        "Why": bug.why,
        "Tell": bug.tell,
        "Mend": bug.mended,
    }
    for word, text in parts.items():
        yield _item(f"* {word}: {text.rstrip('.')}.")
    yield _item(f"* Seen in: {'; '.join(bug.sources)}.")
    yield ""


def _where(bug: Bug) -> str:
    kinds = ", ".join(f"`{kind}`" for kind in bug.kinds)
    return f"In {kinds} ({', '.join(bug.pieces)})."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 88, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> str:
    return textwrap.fill(
        text, 88, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
