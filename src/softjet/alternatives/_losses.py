"""squared_error and brier_score: a row's outputs against its targets, by distance.

A mean is over the rows: no class weighs more than another, and no row is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..adapters import _options
from ..adapters._arrays import as_array
from ..adapters._axes import Rows
from ..adapters._losses import Loss, Reduced
from ..adapters._targets import are_ids
from ..errors import Refusal


class Scored(Loss):
    """Losses by distance: class ids, or numbers of the outputs' shape."""

    def __reduce__(self) -> tuple:
        from ._function import named

        return named, (self.rule.name,)

    def __str__(self) -> str:
        return self.rule.formula.strip()

    def _reduced(
        self, logits: Any, targets: Any, options: dict[str, Any], mode: str
    ) -> Reduced:
        call = self._call(logits, options, mode)
        problem, rows = call.problem, call.rows
        assert rows is not None
        name = self.rule.name
        if name == "squared_error":
            refuse_infinite(problem.primals[0], self.rule.primals[0])
        problem.given = read(targets, rows, name, problem.live)
        reduction = _options.reduction(call.options["reduction"])
        mass = float(problem.count) if reduction == "mean" else 1.0
        share = np.full(problem.count, 1.0 / mass if mass else 0.0)
        return Reduced(call, share, reduction == "none", rows.batch, mass or np.inf)


@dataclass(frozen=True, eq=False)
class Wanted:
    """The targets of rows: ids (rows,), or numbers (rows, K)."""

    array: np.ndarray
    length: int

    def __call__(self, block: Any, live: Any) -> tuple[np.ndarray, None]:
        part = self.array[block]
        if part.ndim == 2:
            return part.astype(np.float64), None
        t = np.zeros((part.size, self.length))
        t[np.arange(part.size), part] = 1.0
        return t, None

    def frozen(self) -> Wanted:
        """The same on a copy: what the caller does next changes nothing."""
        return Wanted(self.array.copy(), self.length)


def read(targets: Any, rows: Rows, name: str, live: np.ndarray | None) -> Wanted:
    """Targets that line up with the outputs, or a refusal; masked ones are not read."""
    array = as_array(targets, "targets", name)
    if are_ids(array, rows):
        ids = array.reshape(rows.count)
        _refuse_ids(ids, rows)
        if live is not None:
            _refuse_masked(~live[np.arange(ids.size), ids], rows)
        return Wanted(ids.copy(), rows.length)
    flat = rows.flatten(array)
    if live is not None:
        if name == "brier_score":
            _refuse_masked(((flat > 0) & ~live).any(-1), rows)
        flat = np.where(live, flat, 0)
    bad = ~np.isfinite(flat.astype(np.float64)).all(-1)
    if name == "brier_score":
        bad |= (flat < 0).any(-1)
    if bad.any():
        brier = name == "brier_score"
        raise Refusal(
            "targets-probabilities" if brier else "targets-finite",
            "target probabilities are negative or not finite"
            if brier
            else "targets are not finite",
            got=rows.place(int(np.flatnonzero(bad)[0])),
            want="finite numbers >= 0" if brier else "finite numbers",
        )
    return Wanted(flat, rows.length)


def refuse_infinite(outputs: np.ndarray, what: str) -> None:
    """An infinite output is infinitely wrong, in no direction."""
    bad = np.isposinf(outputs).any(-1)
    if bad.any():
        raise Refusal(
            "outputs-infinite",
            "an output is infinite, and so would be its squared error and its slope",
            got=f"{what} with +inf in {int(bad.sum())} of its {bad.size} rows",
            want="finite numbers; -inf where an output has left its row",
        )


def _refuse_masked(dead: np.ndarray, rows: Rows) -> None:
    if dead.any():
        raise Refusal(
            "targets-masked",
            "a target lies on a class that where masks out",
            got=rows.place(int(np.flatnonzero(dead)[0])),
            want="targets on unmasked classes",
        )


def _refuse_ids(ids: np.ndarray, rows: Rows) -> None:
    bad = (ids < 0) | (ids >= rows.length)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise Refusal(
            "targets-range",
            "a class id is out of range",
            got=f"id {int(ids[row])} in {rows.place(row)}, {int(bad.sum())} such",
            want=f"0 to {rows.length - 1}" if rows.length else "no id: no classes",
        )
