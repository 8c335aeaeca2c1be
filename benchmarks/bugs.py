"""The catalogue of bugs as people write them, judged: python -m benchmarks.bugs

Runs `softjet.diagnose` on every file of tests/check/bugs/catalogue, prints what was
caught and what was named, and writes docs/bugs.md.  Files that need a framework that is
not installed keep the rows that they had.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from softjet.check.bugs import BUGS, bug
from softjet.check.bugs._page import page
from softjet.check.diagnose import diagnose
from softjet.check.verdict import Verdict

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "tests" / "check" / "bugs" / "catalogue"
PAGE = ROOT / "docs" / "bugs.md"


@dataclass(frozen=True)
class Entry:
    """A file of the catalogue, and how it is handed to `diagnose`."""

    stem: str
    kind: str
    pieces: dict[str, str]
    options: dict[str, Any]

    @property
    def code(self) -> str:
        return self.stem.rpartition("/")[2][:5].upper()

    @property
    def library(self) -> str:
        return self.stem.partition("_files/")[0] if "/" in self.stem else "numpy"

    @property
    def here(self) -> bool:
        return find_spec(self.library) is not None

    def judged(self) -> Verdict:
        """What `diagnose` says; what the code warns of is its own affair."""
        module = loaded(CATALOGUE / f"{self.stem}.py")
        given = {piece: getattr(module, name) for piece, name in self.pieces.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return diagnose(kind=self.kind, **given, **self.options)


def loaded(path: Path) -> Any:
    spec = spec_from_file_location(f"catalogue_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entries() -> tuple[Entry, ...]:
    """Every line of the catalogue's index: file | kind | pieces | options."""
    return tuple(map(_entry, (CATALOGUE / "index.txt").read_text().splitlines()))


def _entry(line: str) -> Entry:
    stem, kind, pieces, options = [*(f.strip() for f in line.split("|")), ""][:4]
    return Entry(stem, kind, _pairs(pieces), _numbers(_pairs(options)))


def _pairs(text: str) -> dict[str, str]:
    return dict(word.split("=") for word in text.split())


def _numbers(options: dict[str, str]) -> dict[str, Any]:
    return {name: _number(value) for name, value in options.items()}


def _number(value: str) -> Any:
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value


ENTRIES = entries()


def row(entry: Entry, verdict: Verdict) -> str:
    """A row of the table."""
    name = f"[{entry.code}](#{entry.code.lower()}) | {bug(entry.code).name}"
    return f"| {name} | {entry.stem} | {caught(verdict)} | {named(entry, verdict)} |"


def caught(verdict: Verdict) -> str:
    """Whether anything was found: a finding, a note, or nothing."""
    if verdict.findings:
        return "yes"
    notes = [note.code for note in verdict.notes if note.code in FAULTS]
    if verdict.asks:
        return "not judged"
    return f"as note {notes[0]}" if notes else "no"


# Notes that say of a function what the bug is, without calling it a fault: soft targets
# read as labels, and sums in half precision.
FAULTS = ("SJ207", "SJ212")


def named(entry: Entry, verdict: Verdict) -> str:
    if entry.code in verdict.codes:
        return "yes"
    return ", ".join(dict.fromkeys(verdict.codes)) or "no"


def kept() -> dict[str, str]:
    """The rows that the page has, by file."""
    if not PAGE.exists():
        return {}
    lines = PAGE.read_text().splitlines()
    rows = [line for line in lines if line.startswith("| [SJ")]
    return {line.split("|")[3].strip(): line for line in rows}


def rows() -> Iterator[str]:
    old = kept()
    for entry in ENTRIES:
        if entry.here:
            yield row(entry, entry.judged())
        elif entry.stem in old:
            yield old[entry.stem]


def main() -> None:
    found = []
    for line in rows():
        found.append(line)
        print(line, flush=True)
    PAGE.write_text(page(BUGS, found))
    print(summary(found))


def summary(found: list[str]) -> str:
    caught, named = (
        sum(word(line) for line in found) for word in (is_caught, is_named)
    )
    return f"{len(found)} files, {caught} caught, {named} named"


def is_caught(line: str) -> bool:
    return line.split("|")[4].strip() not in ("no", "not judged")


def is_named(line: str) -> bool:
    return line.split("|")[5].strip() == "yes"


if __name__ == "__main__":
    main()
