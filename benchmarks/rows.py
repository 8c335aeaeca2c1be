"""One row per contender of a race: what is printed, kept as JSON and published.

A ratio is the contender's time over ours with the same output policy: above 1 we are
faster.  GB/s count the bytes that any implementation must move, and `of_copy` is that
over the GB/s of a plain copy of x with the same threads; reading alone is cheaper than
copying, so a function that writes little may pass 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.race import Outcome
from softjet.errors import Refusal

OURS, COPY = "softjet", "copy"


@dataclass(frozen=True)
class Row:
    benchmark: str
    function: str
    shape: tuple[int, ...]
    dtype: str
    axis: int | None
    threads: int
    contender: str
    output: str
    status: str
    note: str = ""
    seconds: float | None = None
    spread: float | None = None
    rounds: int = 0
    batch: int = 0
    ratio: float | None = None
    bandwidth: float | None = None
    of_copy: float | None = None
    date: str = ""
    machine: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    commit: str = ""

    @property
    def case(self) -> Case:
        return Case(self.function, self.shape, self.dtype, self.axis, self.threads)

    @property
    def loses(self) -> bool:
        """Whether ours is slower than this peer."""
        peer = not self.contender.startswith(OURS) and self.contender != COPY
        return peer and self.ratio is not None and self.ratio < 1


def rows_of(
    benchmark: str,
    case: Case,
    outcomes: Iterable[Outcome],
    *,
    moved: int = 0,
    copied: int = 0,
    provenance: dict[str, Any] | None = None,
) -> list[Row]:
    """The outcomes of one race, compared; ours and the faster copy set the scale."""
    outcomes = _one_copy(list(outcomes))
    times = {(o.name, o.output): o.seconds for o in outcomes if o.status == "raced"}
    copy = next((s for (name, _), s in times.items() if name == COPY), math.nan)
    rows = []
    for outcome in outcomes:
        raced, size = outcome.status == "raced", moved
        if outcome.name == COPY:
            size = copied
        rate = size / outcome.seconds / 1e9
        row = Row(
            benchmark=benchmark,
            **asdict(case),
            contender=outcome.name,
            output=outcome.output,
            status=outcome.status,
            note=outcome.note,
            seconds=_known(outcome.seconds),
            spread=_known(outcome.spread),
            rounds=outcome.rounds,
            batch=outcome.batch,
            ratio=_known(outcome.seconds / _ours(times, outcome.output)),
            bandwidth=_known(rate) if raced and size else None,
            of_copy=_known(rate * copy * 1e9 / copied) if raced and copied else None,
            **(provenance or {}),
        )
        rows.append(row)
    return rows


def _ours(times: dict[tuple[str, str], float], output: str) -> float:
    """Our time with the same policy; with our only one where there is no other."""
    ours = {policy: s for (name, policy), s in times.items() if name == OURS}
    return ours.get(output, next(iter(ours.values()), math.nan))


def _known(number: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(number) else number


def _one_copy(outcomes: list[Outcome]) -> list[Outcome]:
    """The faster of the copies, named just "copy", last."""
    copies = [o for o in outcomes if o.name.startswith(COPY)]
    rest = [o for o in outcomes if not o.name.startswith(COPY)]
    if not copies:
        return rest
    best = min(copies, key=lambda o: o.seconds)
    how = best.name.removeprefix(COPY).strip()
    return [*rest, Outcome(**{**vars(best), "name": COPY, "note": how})]


def append(path: Path, rows: Iterable[Row]) -> None:
    """Add rows to a file of one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for row in rows:
            file.write(json.dumps(asdict(row)) + "\n")


def read(path: Path) -> list[Row]:
    """The rows of a file, as they were appended."""
    if not path.exists():
        raise Refusal(
            "rows-missing",
            "there are no kept rows to read",
            got=str(path),
            want="a file that `python -m benchmarks NAME --json FILE` appended to",
        )
    lines = path.read_text().splitlines()
    return [_row(path, number, line) for number, line in enumerate(lines, 1)]


def _row(path: Path, number: int, line: str) -> Row:
    names = {f.name for f in fields(Row)}
    try:
        kept = json.loads(line)
        return Row(**{**kept, "shape": tuple(kept["shape"])})
    except (ValueError, TypeError, KeyError):
        raise Refusal(
            "rows-line",
            "a line is not a row of a race",
            got=f"line {number} of {path}",
            want=f"a JSON object with {', '.join(sorted(names))}",
        ) from None


def newest(rows: Iterable[Row]) -> list[Row]:
    """The last run of every case: an earlier run of it is forgotten whole."""
    runs: dict[tuple, dict[tuple, Row]] = {}
    for row in rows:
        key, seat = (row.benchmark, row.case), (row.contender, row.output)
        run = runs.setdefault(key, {})
        if row.contender == OURS and seat in run:  # ours opens every run
            run.clear()
        run[seat] = row
    return [row for run in runs.values() for row in run.values()]
