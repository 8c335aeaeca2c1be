"""The edge table: what every function answers where the formulas have no answer.

The rules' `Edges` and `_problem` carry it out; this is the same table in words, and
tests/test_edges.py holds the two together, row by row, in every function and mode.
"""

from __future__ import annotations

from typing import NamedTuple

COLUMNS = ("row", "logsumexp", "softmax", "log_softmax", "derivatives")


class Edge(NamedTuple):
    """One kind of row, and what is answered for it."""

    row: str
    logsumexp: str
    softmax: str
    log_softmax: str
    derivatives: str


ROWS = (
    Edge(
        "an entry at -inf, or masked",
        "finite",
        "exactly 0 there",
        "-inf there",
        "the entry leaves the row: its seed is never read, even if NaN; derivative "
        "there exactly 0",
    ),
    Edge("all -inf, or all masked", "-inf", "all 0", "all -inf", "0"),
    Edge(
        "+inf somewhere",
        "+inf",
        "the limit: equal mass on the +inf entries",
        "-log(count) there, -inf elsewhere",
        "of row functions 0; of number functions the formula with this softmax; second "
        "order 0",
    ),
    Edge(
        "NaN somewhere (not masked)",
        "NaN",
        "that row NaN, no other",
        "that row NaN",
        "that row NaN",
    ),
    Edge("K = 0", "-inf", "empty", "empty", "empty"),
    Edge("a batch axis of 0", "empty", "empty", "empty", "empty"),
)


class EdgeTable(tuple):
    """The rows of the table; prints itself as Markdown."""

    __slots__ = ()

    def __str__(self) -> str:
        lines = [COLUMNS, ("---",) * len(COLUMNS), *self]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return str(self)


def edges() -> EdgeTable:
    """The edge cases of every function, as a table that prints itself.

    Returns
    -------
    EdgeTable
        A tuple of rows, each with the fields row, logsumexp, softmax, log_softmax and
        derivatives.

    Examples
    --------
    >>> import softjet as sj
    >>> sj.edges()[1].softmax
    'all 0'
    """
    return EdgeTable(ROWS)
