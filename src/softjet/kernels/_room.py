"""Where a kernel keeps what it takes rows apart into: a few KiB, or one long row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._memory import at, before_line, lanes_of, no_lanes
from ._row import AT_ONCE, gap, rows_at_once


@inlined
def pitch_of(x: Any, length: int) -> int:
    """The distance of rows that are filled up to whole vectors."""
    lanes = lanes_of(x)
    return (length + lanes - 1) // lanes * lanes


@inlined
def entries_of(x: Any, length: int) -> int:
    """Entries of scratch for the rows taken together, and to align them."""
    return rows_at_once(length) * pitch_of(x, length) + lanes_of(x)


@inlined
def room_of(scratch: Any, numbers: Any, length: int) -> Any:
    """e, pitch, m, high, low for `partition`: 64 bytes apart at least."""
    e = at(scratch, 0)
    e = at(e, before_line(e, 0))
    m, high, low = at(numbers, 0), at(numbers, AT_ONCE), at(numbers, 2 * AT_ONCE)
    return e, pitch_of(e, length), m, high, low


@inlined
def inverse_of(x: Any, high: float, low: float) -> Any:
    """1 / T in two words, and how far below the largest logit the others are 0."""
    return np.float64(high), np.float64(low), gap(no_lanes(x)) / high
