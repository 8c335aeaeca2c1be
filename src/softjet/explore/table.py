"""Someone's own logits: a line of numbers, or a CSV with a row of them per line."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from softjet.errors import Refusal

MOST_ROWS = 10_000
_WANT = "2 to 64 numbers a line, the first line may be names"


def read_table(text: Any) -> dict[str, Any]:
    """Names and rows of a CSV; comma, semicolon or tab between the numbers.

    Returns {"names": list of str or [], "rows": list of lists of float}.

    Refuses
    -------
    No rows, more than 10 000, fewer than 2 or more than 64 columns, a line of another
    length, an entry that is not a finite number; each with its line and column.

    Examples
    --------
    >>> read_table("cat,dog\\n1.5,0\\n-2,3")
    {'names': ['cat', 'dog'], 'rows': [[1.5, 0.0], [-2.0, 3.0]]}
    >>> read_table("2; 1; 0.5")["rows"]
    [[2.0, 1.0, 0.5]]
    """
    if not isinstance(text, str):
        raise Refusal("explore-csv", "no table", got="something else", want="text")
    lines = _lines(text)
    first = [_number(entry) for _, line in lines[:1] for entry in line]
    names = lines[0][1] if lines and None in first else []
    numbered = lines[1:] if names else lines
    if not numbered:
        raise Refusal("explore-csv", "the table is empty", got="no rows", want=_WANT)
    if len(numbered) > MOST_ROWS:
        got = f"{len(numbered)} rows"
        raise Refusal(
            "explore-csv",
            "the table is too long",
            got=got,
            want=f"{MOST_ROWS} or fewer",
        )
    columns = len(lines[0][1])
    if not 2 <= columns <= 64:
        got = f"{columns} columns"
        raise Refusal("explore-csv", "no row of logits", got=got, want=_WANT)
    return {"names": names, "rows": [_row(n, line, columns) for n, line in numbered]}


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Lines that are not blank, with their numbers, cut at the delimiter."""
    sample = text.removeprefix("\ufeff")
    delimiter = next((d for d in ("\t", ";") if d in sample.partition("\n")[0]), ",")
    try:
        reader = csv.reader(io.StringIO(sample), delimiter=delimiter, strict=True)
        found = [(reader.line_num, [e.strip() for e in line]) for line in reader]
    except csv.Error:
        got = "a quote that does not close"
        raise Refusal(
            "explore-csv", "the table cannot be read", got=got, want=_WANT
        ) from None
    return [(number, line) for number, line in found if any(line)]


def _row(number: int, line: list[str], columns: int) -> list[float]:
    if len(line) != columns:
        raise Refusal(
            "explore-csv",
            f"line {number} is of another length",
            got=f"{len(line)} entries",
            want=f"{columns}, as in the first line",
        )
    values = [_number(entry) for entry in line]
    for place, value in enumerate(values, 1):
        if value is None or not math.isfinite(value):
            raise Refusal(
                "explore-csv",
                f"line {number}, column {place} is not a finite number",
                got="text" if value is None else "NaN or an infinity",
                want="a finite number",
            )
    return [value for value in values if value is not None]


def _number(entry: str) -> float | None:
    try:
        return float(entry)
    except ValueError:
        return None
