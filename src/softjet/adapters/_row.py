"""Rows fit for a rule, and what was taken out of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..rules._stable import Scaled


class Row(NamedTuple):
    """Rows of one primal, fit for a rule; None where there is nothing to mend."""

    x: Any
    live: np.ndarray | None = None
    nan: np.ndarray | None = None
    empty: np.ndarray | None = None
    infinite: np.ndarray | None = None


def leave_out(row: Row, ignored: np.ndarray | None) -> Row:
    """An ignored row is an empty one, whatever it holds."""
    if ignored is None or not ignored.any():
        return row
    x = row.x
    scores = np.where(ignored[:, None], 0.0, x.x if isinstance(x, Scaled) else x)
    x = x._replace(x=scores) if isinstance(x, Scaled) else scores
    empty = ignored if row.empty is None else row.empty | ignored
    nan = None if row.nan is None else row.nan & ~ignored
    return row._replace(x=x, empty=empty, nan=nan)
