"""What masks do to rows, seen from outside: a masked entry is -inf in a trial's x.

What was under the mask is not known any more, so these mistakes are recognised by what
they leave of the row, and not by a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial

Row = tuple[Array, Array, Array]


def seen(sign: Callable[[Row], bool]) -> Callable[[Sequence[Trial]], bool]:
    """A sight: every masked row of every wrong trial shows the sign."""

    def shown(trials: Sequence[Trial]) -> bool:
        rows = [row for trial in trials for row in _rows(trial)]
        return bool(rows) and all(sign(row) for row in rows)

    return shown


def _rows(trial: Trial) -> Iterator[Row]:
    """(got, want, live) of rows with both kinds of entries, where a mask was given."""
    mask = trial.options.get("mask")
    if mask is None or not trial.wrong or trial.got is None or trial.piece != "value":
        return
    for got, want, live in zip(trial.got, trial.want, np.asarray(mask), strict=True):
        if live.any() and not live.all():
            yield got, want, live


def inverted(row: Row) -> bool:
    """Everything on the masked entries."""
    got, _, live = row
    return bool((got[live] == 0).all() and abs(got[~live].sum() - 1) < 1e-3)


def cut_off(row: Row) -> bool:
    """Right but for a factor below 1, and 0 where masked."""
    got, _, live = row
    return bool((got[~live] == 0).all()) and _shrunk(row)


def filled(row: Row) -> bool:
    """Right but for a factor below 1, and some of it where masked."""
    got, _, live = row
    leak = got[~live]
    same = np.allclose(leak, leak[0], rtol=1e-6)
    return bool(same and (leak > 0).all()) and _shrunk(row)


def not_read(row: Row) -> bool:
    """Right but for a factor, with masked entries as if they were live."""
    got, _, live = row
    return bool((got[~live] > 0).all()) and _shrunk(row)


def _shrunk(row: Row) -> bool:
    got, want, live = row
    share = got[live] / want[live]
    return bool(np.allclose(share, share[0], rtol=1e-6) and share[0] < 1 - 1e-12)
