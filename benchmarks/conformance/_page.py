"""docs/conformance.md from the cells: the table, the choices, and every input."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.conformance._cell import FAULTS, Cell
from benchmarks.conformance.peers import Peer

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
# Every peer that took part, with its cells by law, in the order of the laws.
Found = Sequence[tuple[Peer, Mapping[Any, Cell]]]
WORDS = {
    "value": "",
    "pushforward": "JVP",
    "pullback": "VJP",
    "curvature": "second order",
}
INTRO = """\
# What the libraries do with the same inputs

Each row is a law and one input, each column a library at its current version; ours
stand first. An empty cell: the library has no such function or mode.

* **holds**: every entry is within 4 times what softjet promises for it
  ([accuracy.md](accuracy.md)).
* a figure: further off than that, by this much in the worst entry, but no further than
  the formula of the textbooks may be by its own rounding, 4 u (K + range +
  abs(logsumexp)) times the entry's terms. The code does what its formula can; the
  formula loses the digits.
* a **figure in bold**: further off than even that, or NaN where there is a number. The
  list below has what came and what is right.
* raises: an exception for this input or mode, and no answer.
* policy: the library documents it. The list says where.

What a second order or a forward mode is judged by is the library's own first order and
its own reverse mode, so no oracle can be wrong there. Exact answers come from 60 digits
(`softjet.check.oracle`). Made by `python -m benchmarks.conformance --write`.
"""
EDGES = """\
## Where a library chooses

Inputs for which the formula has no answer, so that no answer is wrong. Ours are the
edge table's (`softjet.edges()`).
"""
INPUTS = """\
## The inputs

Every cell that does not hold, with the one input of its law, and the worst entry of
the answer. Long inputs are made by a formula (`bumps` in
`benchmarks/conformance/_case.py`); all of them are in
`benchmarks.conformance.laws.LAWS`, in this order.
"""


def page(found: Found, laws: Sequence[Any], choices: Sequence[Any]) -> str:
    """The whole page."""
    parts = [INTRO, made(found), "", *_counts(found, laws), ""]
    parts += ["## The laws", "", *table(found, laws), ""]
    parts += [EDGES, *table(found, choices), ""]
    parts += [INPUTS, *inputs(found, laws)]
    return "\n".join(parts).rstrip() + "\n"


def made(found: Found) -> str:
    """Versions, commit and day."""
    versions = ", ".join(f"{peer.name} {peer.version}" for peer, _ in found)
    day = datetime.date.today().isoformat()
    return f"{versions}; NumPy {np.__version__}; commit {machine.commit()}, {day}."


def _counts(found: Found, laws: Sequence[Any]) -> Iterator[str]:
    heads = ("holds", "digits lost", "fails", "raises", "policy", "lacks")
    yield _line("library", *heads)
    yield "|---|" + "--:|" * len(heads)
    for peer, cells in found:
        count = Counter(cells[law].status for law in laws)
        keys = ("holds", "digits", "fails", "raises", "policy", "lacks")
        yield _line(peer.name, *(str(count[key]) for key in keys))


def table(found: Found, rows: Sequence[Any]) -> Iterator[str]:
    """Law by library; a law that no one but one has is a row all the same."""
    yield _line("function", "law", *(peer.name for peer, _ in found))
    yield "|---|---|" + "---|" * len(found)
    for row in rows:
        yield _line(*named(row), *(_shown(row, cells[row]) for _, cells in found))


def named(row: Any) -> tuple[str, str]:
    """A law's function and what it says, the mode with it unless it says so."""
    word = WORDS[row.mode]
    said = not word or word in row.name or "mode" in row.name or "gradient" in row.name
    return f"`{row.function}`", row.name if said else f"{word}: {row.name}"


def _shown(row: Any, cell: Cell) -> str:
    # A choice has no law to hold: its answer is all there is to say.
    if row.__class__.__name__ == "Choice":
        return cell.figure
    return str(cell)


def inputs(found: Found, laws: Sequence[Any]) -> Iterator[str]:
    """One item per law that somebody does not keep, a line per library."""
    for law in laws:
        bad = [(p, c[law]) for p, c in found if c[law].status in (*FAULTS, "policy")]
        if bad:
            function, name = named(law)
            yield f"* {function}, {name}: {_flat(str(law.case))}"
            for peer, cell in bad:
                mark = f"{cell.status}: " if cell.status != "digits" else ""
                yield f"  * {peer.name}: {mark}{_flat(cell.detail)}"


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("*", "\\*").replace("<", "&lt;")


def _line(*cells: str) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def write(text: str, path: Path = PAGE) -> None:
    path.write_text(text, encoding="ascii")


def lines_of(found: Found, rows: Iterable[Any]) -> Iterator[str]:
    """The cells that do not hold, for a terminal."""
    for row in rows:
        for peer, cells in found:
            if cells[row].status not in ("holds", "lacks"):
                function, name = named(row)
                yield f"{peer.name}: {function.strip('`')}, {name}: {cells[row].figure}"
