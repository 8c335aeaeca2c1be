"""docs/performance.md, made from the kept rows of the races.

    python -m benchmarks all --json benchmarks/rows/performance.jsonl    races
    python -m benchmarks.performance                                     prints the page
    python -m benchmarks.performance --write                             writes it

Nothing is measured here, and nothing is left out: every kept row is on the page, and
the races that ours loses are listed first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks import rows, speed
from benchmarks.machine import ROOT
from benchmarks.rows import Row
from benchmarks.tables import losses, section, summary
from softjet.errors import Refusal

PAGE = ROOT / "docs" / "performance.md"
KEPT = ROOT / "benchmarks" / "rows" / "performance.jsonl"

HEAD = """# Speed, measured

{machine}
{versions}
Measured {dates} at commit {commits}; written by `python -m benchmarks.performance
--write` from `benchmarks/rows/performance.jsonl`, which `python -m benchmarks all
--json` appends to.

Contenders answer before they race; one that disagrees with ours is named and not timed.
Each round times one sample of each, in an order drawn anew; figures are medians. Calls
under 20 ms are timed after an untimed one of the same contender, so with warm caches.

* A ratio is the peer's time over ours: above 1 ours is faster; **bold** below 1, where
  ours loses. Peers that fill a given output are compared with ours into a given output,
  peers that make a new one with ours making a new one, where ours can do both.
* "given" and "new" are our times into a given output and into a new one, "copy" is the
  time of copying x with the same threads (NumPy's copy or torch's, the faster).
* GB/s count the bytes that any implementation must move, as the function's line says.
  "of copy" is that over the GB/s of the copy. Reading is cheaper than copying, so it
  may pass 1.
* "spread" is the interquartile range of our samples over their median.
"""


def page(kept: Iterable[Row]) -> str:
    """The whole page; refuses rows of different machines or versions."""
    found = rows.newest(kept)
    parts = [head(found), summary(found), losses(found)]
    for benchmark in speed.NAMES:
        of_it = [row for row in found if row.benchmark == benchmark]
        parts += [section(benchmark, of_it)] if of_it else []
    return "\n".join(parts).rstrip() + "\n"


def head(found: list[Row]) -> str:
    machine, versions = _one(found, "machine"), _one(found, "versions")
    where = [f"{key} {value}" for key, value in machine.items() if key[0] == "L"]
    what = [f"{name} {version}" for name, version in versions.items()]
    dates = sorted({row.date for row in found})
    return HEAD.format(
        machine=f"{machine.get('processor')}, {machine.get('cores')} cores, "
        + f"caches {', '.join(where)}.",
        versions=", ".join(what) + ".",
        dates=dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}",
        commits=", ".join(sorted({row.commit for row in found})),
    )


def _one(found: list[Row], name: str) -> dict:
    values = [getattr(row, name) for row in found]
    if not values or any(value != values[0] for value in values):
        count = len({str(value) for value in values})
        raise Refusal(
            "rows-mixed",
            "the page compares, so its rows must be of one kind",
            got=f"{count} different {name} among {len(values)} rows",
            want=f"rows of one {name}",
            hint="race again, into a new file",
        )
    return values[0]


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="the page of the speed races")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--rows", type=Path, default=KEPT, help="kept rows, as JSON")
    options = parser.parse_args(words)
    try:
        text = page(rows.read(options.rows))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(text, end="")
    if options.write:
        PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
