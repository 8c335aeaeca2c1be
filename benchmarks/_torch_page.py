"""docs/torch.md has parts that programs write, each between two markers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks import machine

PAGE = Path(__file__).parents[1] / "docs" / "torch.md"


def measured(command: str) -> str:
    """Where, with what, when and by which command: above every table of figures."""
    names, known = ("python", "numpy", "numba", "torch"), machine.versions()
    versions = ", ".join(f"{name} {known[name]}" for name in names if name in known)
    day = datetime.date.today().isoformat()
    return (
        f"{machine.processor()}, {machine.cores()} cores; {versions}; commit "
        f"{machine.commit()}, {day}: `{command}`"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table, first column to the left."""
    head = list(head)
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def written(text: str, marker: str, lines: Iterable[str]) -> str:
    """A page with one of its parts renewed."""
    begin, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{PAGE.name} has no place for {marker}")
    part = "\n".join([begin, *lines, end])
    return pattern.sub(lambda _: part, text)


def check(markers: Iterable[str]) -> None:
    """Refuse before anything is measured, not after."""
    for marker in markers:
        written(PAGE.read_text(), marker, ())


def write(marker: str, lines: Iterable[str]) -> None:
    PAGE.write_text(written(PAGE.read_text(), marker, lines), encoding="ascii")
