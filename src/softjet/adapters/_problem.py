"""One call made ready: rows, what has left them, and a rule run over them in blocks.

A rule sees rows of float64 with at least one finite entry.  What it must not see is
taken out here and put back here, so the edge table is obeyed in one place:

    dead entries (-inf, or masked)   -inf in the row; seeds there are never read;
                                     value the rule's empty one, derivatives 0
    rows without a live entry        the rule's empty value, derivatives 0
    an entry at +inf                 the row of its limit: 0 there, -inf elsewhere
    NaN                              NaN, in the live entries of that row alone
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..rules._rule import ORDER, Rule
from ..rules._stable import Scaled
from . import _kernels
from ._axes import Rows
from ._row import Row, leave_out
from ._temperature import scaled

# Entries a block holds: 2^16 float64 are 512 KiB, so the dozen temporaries of a rule
# stay in a second-level cache or near it.
BLOCK = 1 << 16
INF = np.inf
Given = Callable[[Any, np.ndarray | None], tuple[np.ndarray, np.ndarray | None]]


class Problem:
    """A rule and its arguments as (rows, K) arrays; `run` gives any of its modes."""

    def __init__(
        self,
        rule: Rule,
        primals: tuple[np.ndarray, ...],
        dtype: np.dtype,
        *,
        given: Given | None = None,
        live: np.ndarray | None = None,
        sink: np.ndarray | None = None,
        temperature: float = 1.0,
        rows: Rows | None = None,
    ) -> None:
        self.rule, self.primals, self.dtype, self.rows = rule, primals, dtype, rows
        self.given, self.live, self.sink = given, live, sink
        self.temperature = temperature
        self.count, self.length = primals[0].shape
        if self.length == 0 and rule.maps != "entries" and sink is None:
            # A row of no entries is the row of one dead entry that is not delivered.
            self.sink = np.full(self.count, -INF)

    def frozen(self) -> Problem:
        """The same problem on copies: what the caller does next changes nothing."""
        held = getattr(self.given, "frozen", None)
        return Problem(
            self.rule,
            tuple(x.copy() for x in self.primals),
            self.dtype,
            given=self.given if held is None else held(),
            live=None if self.live is None else self.live.copy(),
            sink=self.sink,
            temperature=self.temperature,
            rows=self.rows,
        )

    def blocks(self) -> Iterator[slice]:
        step = max(1, BLOCK // max(1, self.length))
        for start in range(0, self.count, step):
            yield slice(start, min(start + step, self.count))

    def run(
        self,
        *modes: str,
        x_dot: tuple[np.ndarray | None, ...] = (),
        y_bar: np.ndarray | None = None,
        into: np.ndarray | None = None,
    ) -> list[Any]:
        """The modes asked for, each (rows, K) in dtype or (rows,) in float64.

        `into` is room for the first answer; it may be left aside.
        """
        if not _kernels.answers(self):
            return self._by_rule(modes, x_dot, y_bar)
        answers = [self._room(mode) for mode in modes]
        if into is not None:
            answers[0] = into
        left = _kernels.run(self, modes, x_dot, y_bar, answers)
        if left.size:
            seeds = tuple(None if seed is None else seed[left] for seed in x_dot)
            bar = None if y_bar is None else y_bar[left]
            parts = self._rows(left)._by_rule(modes, seeds, bar)
            for answer, part in zip(answers, parts, strict=True):
                answer[left] = part
        return answers

    def into(self, out: Any) -> np.ndarray | None:
        """`out` as rows that may be written while the primals are read, or None."""
        if out is None or self.rule.maps == "numbers" or out.dtype != self.dtype:
            return None
        if self.rows is None:
            flat = out.reshape(-1, 1)
        elif (flat := self.rows.view(out)) is None:
            return None
        # A row that is left to the rule needs its logits still.
        apart = not any(np.may_share_memory(out, x) for x in self.primals)
        return flat if apart and np.may_share_memory(flat, out) else None

    def _room(self, mode: str) -> np.ndarray:
        if self._numbers(mode) or self.rows is None:
            return self._blank(mode)[0]
        return self.rows.blank(self.dtype)

    def _rows(self, rows: np.ndarray) -> Problem:
        """The same problem for some of its rows."""
        given = self.given
        return Problem(
            self.rule,
            tuple(x[rows] for x in self.primals),
            self.dtype,
            given=None
            if given is None
            else lambda block, live: given(rows[block], live),
            live=None if self.live is None else self.live[rows],
            temperature=self.temperature,
        )

    def _by_rule(
        self, modes: tuple[str, ...], x_dot: tuple, y_bar: np.ndarray | None
    ) -> list[Any]:
        answers = [self._blank(mode) for mode in modes]
        with np.errstate(all="ignore"):
            for block in self.blocks():
                for answer, part in zip(
                    answers, self._block(block, modes, x_dot, y_bar), strict=True
                ):
                    for whole, piece in zip(answer, part, strict=True):
                        whole[block] = piece
        return [a if len(a) > 1 else a[0] for a in answers]

    def _blank(self, mode: str) -> tuple[np.ndarray, ...]:
        if self._numbers(mode):
            return (np.empty(self.count),)
        copies = 1 if mode in ("value", "pushforward") else len(self.primals)
        shape = (self.count, self.length)
        return tuple(np.empty(shape, self.dtype) for _ in range(copies))

    def _numbers(self, mode: str) -> bool:
        """Whether the mode's answer is one number a row."""
        return self.rule.maps == "numbers" and mode in ("value", "pushforward")

    def _block(
        self, block: slice, modes: tuple[str, ...], x_dot: tuple, y_bar: Any
    ) -> Iterator[tuple[np.ndarray, ...]]:
        rows = [self.row(x[block], block) for x in self.primals]
        given: tuple[np.ndarray, ...] = ()
        if self.given is not None:
            target, ignored = self.given(block, rows[0].live)
            target = target.astype(np.float64, copy=False)
            if self.length == 0:
                target = np.zeros((target.shape[0], 1))
            given = (target,)
            rows = [leave_out(row, ignored) for row in rows]
        value, kept = self.rule.value(np, *(row.x for row in rows), *given)
        tangents = [
            self._seed(None if seed is None else seed[block], row)
            for seed, row in zip(x_dot, rows, strict=False)
        ]
        for mode in modes:
            seeds: list[Any] = list(tangents) if mode != "pullback" else []
            if mode in ("pullback", "curvature"):
                assert y_bar is not None
                seeds.append(self._cotangent(y_bar[block], rows[0]))
            if mode == "value":
                result = value
            else:
                result = getattr(self.rule, mode)(np, kept, *seeds)
            yield self._mended(mode, result, rows, given)

    def row(self, x: np.ndarray, block: slice) -> Row:
        x = np.array(x, dtype=np.float64, order="C")
        if self.rule.maps == "entries":
            live = x != -INF
            return Row(x) if live.all() else Row(x, live)
        if self.live is None and self.sink is None and np.isfinite(x).all():
            return Row(self._scaled(x))
        live = x != -INF
        if self.live is not None:
            live &= self.live[block]
        x = np.where(live, x, -INF)
        if self.sink is not None:
            x = np.concatenate((x, self.sink[block, None]), axis=-1)
        nan, infinite = np.isnan(x).any(-1), (x == INF).any(-1)
        infinite &= ~nan
        empty = (x == -INF).all(-1)
        row = Row(None, live, nan, empty, infinite)
        x = np.where(infinite[:, None], np.where(x == INF, 0.0, -INF), x)
        x = np.where((nan | empty)[:, None], 0.0, x)
        return row._replace(x=self._scaled(x, infinite | nan | empty))

    def _scaled(self, x: np.ndarray, special: np.ndarray | None = None) -> Any:
        return scaled(x, self.temperature, self.sink is not None, special)

    def _seed(self, seed: np.ndarray | None, row: Row) -> np.ndarray:
        """A tangent as a rule wants it: 0 where the entry has left, and at the sink."""
        shape = (self._rows_in(row), self.length)
        wide = np.zeros(shape) if seed is None else np.array(seed, dtype=np.float64)
        return self._beside_sink(wide, row)

    def _cotangent(self, y_bar: np.ndarray, row: Row) -> np.ndarray:
        wide = np.array(y_bar, dtype=np.float64)
        return wide if self.rule.maps == "numbers" else self._beside_sink(wide, row)

    def _beside_sink(self, wide: np.ndarray, row: Row) -> np.ndarray:
        if row.live is not None:
            wide = np.where(row.live, wide, 0.0)
        if self.sink is not None:
            wide = np.concatenate((wide, np.zeros((wide.shape[0], 1))), axis=-1)
        return wide

    def _rows_in(self, row: Row) -> int:
        return (row.x.x if isinstance(row.x, Scaled) else row.x).shape[0]

    def _mended(
        self, mode: str, result: Any, rows: list[Row], given: tuple
    ) -> tuple[np.ndarray, ...]:
        if not isinstance(result, tuple):
            result = (result,)
        # Seeds are not divided: rounding them would bring their offset back.
        for _ in range(ORDER[mode] if self.temperature != 1 else 0):
            result = tuple(r / self.temperature for r in result)
        if result[0].ndim == 1:
            return (self._mended_numbers(mode, result[0], rows, given),)
        return tuple(
            self._mended_rows(mode, r[:, : self.length], row, rows)
            for r, row in zip(result, rows, strict=False)
        )

    def _mended_rows(
        self, mode: str, result: np.ndarray, row: Row, rows: list[Row]
    ) -> np.ndarray:
        first, live = rows[0], row.live
        fill = self.rule.edges.empty if mode == "value" else 0.0
        for other in rows:
            if other.empty is not None and mode != "value":
                result = np.where(other.empty[:, None], 0.0, result)
            if other.infinite is not None and self._still(mode):
                result = np.where(other.infinite[:, None], 0.0, result)
        if mode == "value" and first.empty is not None:
            result = np.where(first.empty[:, None], fill, result)
        for other in rows:
            if other.nan is not None:
                result = np.where(other.nan[:, None], np.nan, result)
        if live is None or (self.rule.maps == "entries" and mode == "value"):
            return result
        return np.where(live, result, fill)

    def _still(self, mode: str) -> bool:
        """Whether a +inf fixes the mode at 0: row functions, and every second order."""
        return mode == "curvature" or (self.rule.maps == "rows" and mode != "value")

    def _mended_numbers(
        self, mode: str, result: np.ndarray, rows: list[Row], given: tuple
    ) -> np.ndarray:
        edges, first = self.rule.edges, rows[0]
        limit = edges.infinite if mode == "value" else None
        if first.infinite is not None and limit is not None:
            result = np.where(first.infinite, limit, result)
        for other in rows[1:]:
            # A divergence from a row without mass: infinite, and it does not move.
            if other.empty is not None:
                result = np.where(other.empty, INF if mode == "value" else 0.0, result)
        if first.empty is not None:
            empty = np.full_like(result, edges.empty if mode == "value" else 0.0)
            if given and mode == "value":
                empty = np.where((given[0] > 0).any(-1), INF, empty)
            result = np.where(first.empty, empty, result)
        for other in rows:
            if other.nan is not None:
                result = np.where(other.nan, np.nan, result)
        return result
