"""A race as the terminal shows it: ours first, columns that line up."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.rows import Row

HEAD = ("contender", "output", "time", "ratio", "GB/s", "of copy", "spread")
WIDTHS = (15, 6, 10, 9, 8, 8, 7)


def lines(title: str, rows: list[Row]) -> Iterator[str]:
    """A heading, a line per contender, and the words of those that did not race."""
    yield title
    yield "  " + _aligned(HEAD)
    for row in rows:
        raced = row.status == "raced"
        yield "  " + (_aligned(_cells(row)) if raced else _absent(row))


def _cells(row: Row) -> tuple[str, ...]:
    assert row.seconds is not None
    return (
        row.contender,
        row.output,
        duration(row.seconds),
        _number(row.ratio, "{:.2f}x"),
        _number(row.bandwidth, "{:.1f}"),
        _number(row.of_copy, "{:.2f}"),
        _number(row.spread, "{:.0%}"),
        row.note,
    )


def duration(seconds: float) -> str:
    """Three digits and the unit that keeps them readable."""
    for unit, size in (("s ", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _absent(row: Row) -> str:
    verb = "" if row.status == "lacks" else f"{row.status}: "
    return f"{row.contender:{WIDTHS[0]}}  {verb}{row.note}"


def _aligned(cells: tuple[str, ...]) -> str:
    left = [f"{c:{w}}" for c, w in zip(cells[:2], WIDTHS[:2], strict=True)]
    right = [f"{c:>{w}}" for c, w in zip(cells[2:7], WIDTHS[2:], strict=True)]
    return "  ".join([*left, *right, *cells[7:]]).rstrip()
