"""The tables of docs/performance.md, in Markdown, from rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from benchmarks import speed
from benchmarks.report import duration
from benchmarks.rows import COPY, OURS, Row

ORDER = tuple(dict.fromkeys(speed.CONTENDERS.values()))
OWN = ("given", "new", "copy", "GB/s", "of copy", "spread")


def summary(found: list[Row]) -> str:
    """Geometric means of the ratios, by benchmark, dtype, axis and threads."""
    lines = ["## Geometric means of the ratios", ""]
    peers = [n for n in ORDER if any(r.contender == n and not _ours(r) for r in found)]
    lines += _header(("benchmark", "dtype", "axis", "threads"), peers)
    groups: dict[tuple, dict[str, list[float]]] = {}
    for row in found:
        if not _ours(row) and row.ratio is not None:
            group = groups.setdefault(_group(row), {})
            group.setdefault(row.contender, []).append(row.ratio)
    for key, ratios in groups.items():
        cells = [_mean(ratios.get(name, [])) for name in peers]
        lines.append(_line(*map(str, key), *cells))
    return "\n".join([*lines, ""])


def _group(row: Row) -> tuple:
    # The parts of `start` are other quantities, of which no mean makes sense.
    name = f"{row.benchmark}: {row.function}" if row.benchmark == "start" else None
    axis = "entries" if row.axis is None else row.axis
    return name or row.benchmark, row.dtype, axis, row.threads


def _mean(ratios: list[float]) -> str:
    if not ratios:
        return "none raced"
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    return f"{_ratio(mean)} of {len(ratios)}"


def losses(found: list[Row]) -> str:
    """Every race that ours loses, the worst first."""
    lost = sorted((row for row in found if row.loses), key=lambda row: row.ratio or 0.0)
    raced = [r for r in found if r.ratio is not None and not _ours(r)]
    lines = ["## Where a peer is faster", ""]
    lines += [f"{len(lost)} of {len(raced)} pairings.", ""]
    if lost:
        lines += _header(("benchmark", "case", "peer", "output"), ("ratio",))
    for row in lost:
        cells = (row.benchmark, _case(row), row.contender, row.output)
        lines.append(_line(*cells, _ratio(row.ratio)))
    return "\n".join([*lines, ""])


def section(benchmark: str, found: list[Row]) -> str:
    """One line per case: our times and bandwidth, then every peer's ratio."""
    absent = _absent(found)
    present = {row.contender for row in found} - {OURS, COPY, *absent}
    peers = [name for name in ORDER if name in present]
    lines = [f"## {benchmark}", "", speed.summary(benchmark), ""]
    lines += [f"{name} {why}." for name, why in absent.items()]
    lines += [""] if absent else []
    lines += _header(["case"], [*OWN, *peers])
    runs: dict[object, list[Row]] = {}
    for row in found:
        runs.setdefault(row.case, []).append(row)
    for run in runs.values():
        by_name = {row.contender: row for row in run if row.contender in peers}
        cells = [_cell(by_name.get(name)) for name in peers]
        lines.append(_line(_case(run[0]), *_own(run), *cells))
    notes = [f"{_case(row)}: {row.note}." for row in found if _of_ours(row)]
    return "\n".join([*lines, *([""] if notes else []), *notes, ""])


def _of_ours(row: Row) -> bool:
    return row.contender == OURS and bool(row.note)


def _absent(found: list[Row]) -> dict[str, str]:
    """Peers that lack every case for one reason: a sentence says it, not a column."""
    reasons: dict[str, set[str]] = {}
    for row in found:
        why = row.note if row.status == "lacks" else ""
        reasons.setdefault(row.contender, set()).add(why)
    single = {name: why for name, why in reasons.items() if len(why) == 1}
    return {name: min(why) for name, why in single.items() if min(why)}


def _own(run: list[Row]) -> list[str]:
    """Our times by output policy, and the figures of the first of them."""
    ours = {row.output: row for row in run if row.contender == OURS}
    first = next(iter(ours.values()))
    times = [_time(ours.get(output)) for output in ("given", "new")]
    copy = next((row for row in run if row.contender == COPY), None)
    return [
        *times,
        "none" if copy is None else _time(copy),
        _figure(first.bandwidth, "{:.1f}"),
        _figure(first.of_copy, "{:.2f}"),
        _figure(first.spread, "{:.0%}"),
    ]


def _time(row: Row | None) -> str:
    if row is None or row.seconds is None:
        return "no such output"
    return duration(row.seconds).strip()


def _cell(row: Row | None) -> str:
    """A peer's ratio and policy, or in words why it has none."""
    if row is None:
        return "not entered"
    if row.ratio is None:
        return row.note if row.status == "lacks" else f"{row.status}: {row.note}"
    if _ours(row):
        return f"{row.ratio:.2f}x {row.output}"
    return f"{_ratio(row.ratio)} {row.output}"


def _case(row: Row) -> str:
    if row.benchmark == "start":
        return row.function
    prefix = "" if row.function == row.benchmark else f"{row.function} "
    return prefix + str(row.case)


def _ratio(ratio: float | None) -> str:
    assert ratio is not None
    text = f"{ratio:.2f}x" if ratio >= 0.1 else f"{ratio:.2g}x"
    return f"**{text}**" if ratio < 1 else text


def _figure(value: float | None, form: str) -> str:
    return "not counted" if value is None else form.format(value)


def _ours(row: Row) -> bool:
    return row.contender.startswith(OURS) or row.contender == COPY


def _header(left: Iterable[str], right: Iterable[str]) -> Iterator[str]:
    left, right = list(left), list(right)
    yield _line(*left, *right)
    yield "|" + "---|" * len(left) + "--:|" * len(right)


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
