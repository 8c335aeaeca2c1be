"""One call on a device made ready: rows, what has left them, and a rule run over them.

A rule sees rows with at least one finite entry.  What it must not see is taken out here
and put back here, without a look at data: the edge table of adapters/edges.py, by
`where` on every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from ..rules._rule import ORDER, Rule
from ..rules._stable import Scaled
from ._device_numbers import INF, divided, extreme, row_dtype, scaled, xp

Tensor = Any
# Target weights of a block, which of its rows are ignored, and which make no sense.
Given = Callable[[slice, Tensor], tuple[Tensor, Tensor | None, Tensor | None]]
# Entries a block holds: large enough to fill a GPU, and some 25 temporaries of a rule
# are 400 MiB in float32.
BLOCK = 1 << 22


class Row(NamedTuple):
    """Rows fit for a rule, and what was taken out of them."""

    x: Any
    live: Tensor
    nan: Tensor
    empty: Tensor
    infinite: Tensor


@dataclass(frozen=True)
class Problem:
    """A rule and its arguments as rows of K; `run` gives any of its modes.

    `live` is of the same rows, `sink` a number a row; `given` makes the targets of a
    block.
    """

    rule: Rule
    x: Tensor
    work: torch.dtype
    live: Tensor | None = None
    sink: Tensor | None = None
    temperature: float = 1.0
    given: Given | None = None

    @classmethod
    def of(cls, rule: Rule, x: Tensor, work: torch.dtype, **told: Any) -> Problem:
        """A problem, in a dtype that its temperature fits."""
        if rule.maps != "entries" and not x.shape[1] and told.get("sink") is None:
            # A row of no entries is the row of one dead entry that is not delivered.
            told["sink"] = torch.full(
                x.shape[:1], -INF, dtype=row_dtype(x), device=x.device
            )
        if extreme(told.get("temperature", 1.0), work):
            work = torch.float64
        return cls(rule, x, work, **told)

    def run(
        self, mode: str, x_dot: Tensor | None = None, y_bar: Tensor | None = None
    ) -> Tensor:
        """A mode: rows in the dtype of x, or one number a row."""
        whole: Tensor = None
        for rows in self.blocks():
            part = self._block(rows, mode, x_dot, y_bar)
            if rows.stop - rows.start == self.x.shape[0]:
                return part
            if whole is None:
                whole = part.new_empty((self.x.shape[0], *part.shape[1:]))
            whole[rows] = part
        return whole

    def blocks(self) -> Iterator[slice]:
        count, length = self.x.shape
        step = max(1, BLOCK // max(1, length))
        for start in range(0, max(1, count), step):
            yield slice(start, min(start + step, count))

    def alive(self, rows: slice) -> Tensor:
        """Which entries of a block take part."""
        live = self.x[rows] != -INF
        return live if self.live is None else live & self.live[rows]

    # -- blocks ------------------------------------------------------------------------

    def _block(
        self, rows: slice, mode: str, x_dot: Tensor | None, y_bar: Tensor | None
    ) -> Tensor:
        row = self._row(rows)
        given: tuple[Tensor, ...] = ()
        if self.given is not None:
            target, ignored, bad = self.given(rows, row.live)
            given = (self._beside_sink(target.to(self.work)),)
            row = _left_out(row, ignored, bad)
        result, kept = self.rule.value(xp, row.x, *given)
        if mode != "value":
            seeds = self._seeds(mode, rows, row, x_dot, y_bar)
            result = getattr(self.rule, mode)(xp, kept, *seeds)
        # Seeds are not divided: rounding them would bring their offset back.
        for _ in range(ORDER[mode] if self.temperature != 1.0 else 0):
            result = divided(result, self.temperature)
        if result.ndim == 1:
            return self._mended_numbers(mode, result, row, given).to(row_dtype(result))
        result = self._mended_rows(mode, result[:, : self.x.shape[1]], row)
        return result.to(self.x.dtype)

    def _row(self, rows: slice) -> Row:
        x, live = self.x[rows].to(self.work), self.alive(rows)
        if self.rule.maps == "entries":
            none = torch.zeros_like(live)
            return Row(x, live, torch.isnan(x), none, none)
        x = torch.where(live, x, -INF)
        sink = None if self.sink is None else self.sink[rows]
        if sink is not None:
            x = torch.cat((x, sink.to(self.work)[:, None]), -1)
        nan, infinite = torch.isnan(x).any(-1), (x == INF).any(-1)
        infinite, empty = infinite & ~nan, (x == -INF).all(-1)
        limit = torch.where(x == INF, 0.0, -INF)
        x = torch.where(infinite[:, None], limit.to(self.work), x)
        x = torch.where((nan | empty)[:, None], 0.0, x)
        special = nan | empty | infinite
        x = scaled(x, sink, self.temperature, special)
        return Row(x, live, nan, empty, infinite)

    def _seeds(
        self, mode: str, rows: slice, row: Row, x_dot: Tensor, y_bar: Tensor
    ) -> list[Tensor]:
        """Seeds as a rule wants them: 0 where the entry has left, and at the sink."""
        seeds = []
        if mode != "pullback":
            seeds.append(self._seed(x_dot[rows], row))
        if mode != "pushforward":
            numbers = self.rule.maps == "numbers"
            bar = y_bar[rows]
            seeds.append(bar.to(self.work) if numbers else self._seed(bar, row))
        return seeds

    def _seed(self, seed: Tensor, row: Row) -> Tensor:
        return self._beside_sink(torch.where(row.live, seed.to(self.work), 0.0))

    def _beside_sink(self, rows: Tensor) -> Tensor:
        return rows if self.sink is None else torch.nn.functional.pad(rows, (0, 1))

    # -- edges -------------------------------------------------------------------------

    def _mended_rows(self, mode: str, result: Tensor, row: Row) -> Tensor:
        fill = self.rule.edges.empty if mode == "value" else 0.0
        if self.rule.maps == "entries":
            return result if mode == "value" else torch.where(row.live, result, 0.0)
        result = torch.where(row.empty[:, None], fill, result)
        if self._still(mode):
            result = torch.where(row.infinite[:, None], 0.0, result)
        result = torch.where(row.nan[:, None], torch.nan, result)
        return torch.where(row.live, result, fill)

    def _still(self, mode: str) -> bool:
        """Whether a +inf fixes the mode at 0: row functions, and every second order."""
        return mode == "curvature" or (self.rule.maps == "rows" and mode != "value")

    def _mended_numbers(
        self, mode: str, result: Tensor, row: Row, given: tuple[Tensor, ...]
    ) -> Tensor:
        edges = self.rule.edges
        if mode == "value" and edges.infinite is not None:
            result = torch.where(row.infinite, edges.infinite, result)
        empty = torch.full_like(result, edges.empty if mode == "value" else 0.0)
        if given and mode == "value":
            empty = torch.where((given[0] > 0).any(-1), INF, empty)
        result = torch.where(row.empty, empty, result)
        return torch.where(row.nan, torch.nan, result)


def _left_out(row: Row, ignored: Tensor | None, bad: Tensor | None) -> Row:
    """An ignored row is an empty one, whatever it holds; a bad one is NaN."""
    if ignored is not None:
        x = row.x
        scores = x.x if isinstance(x, Scaled) else x
        scores = torch.where(ignored[:, None], 0.0, scores)
        x = x._replace(x=scores) if isinstance(x, Scaled) else scores
        row = Row(x, row.live, row.nan & ~ignored, row.empty | ignored, row.infinite)
    return row if bad is None else row._replace(nan=row.nan | bad)
