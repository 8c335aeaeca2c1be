"""Where a kernel keeps what it takes rows apart into: a few KiB, or one long row.

A room is e, pitch, stride, numbers: entry k of the exponentials of row i lies at
i pitch + k stride of e, and the numbers of the rows taken together in columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined
from ._memory import at, before_line, lanes_of, no_lanes
from ._row import AT_ONCE, gap, rows_at_once

# Columns: the largest logit, the sum and its rest, the largest exponential, a
# logarithm, a factor, and the factor over the sum in two words.
LARGEST, SUM, REST, TOP, LOG, FACTOR, SCALE, SCALE_REST, COLUMNS = (
    k * AT_ONCE for k in range(9)
)


@inlined
def turned(x: Any, length: int) -> bool:
    """Whether rows fit a vector, and are turned: as many at a time as it has lanes."""
    return length <= lanes_of(x)


@inlined
def together(x: Any, length: int) -> int:
    """How many rows are taken at a time."""
    return lanes_of(x) if turned(x, length) else rows_at_once(length)


@inlined
def pitch_of(x: Any, length: int) -> int:
    """The distance of rows that are filled up to whole vectors."""
    lanes = lanes_of(x)
    return (length + lanes - 1) // lanes * lanes


@inlined
def entries_of(x: Any, length: int) -> int:
    """Entries of scratch for the rows taken together, and to align them."""
    return max(together(x, length), rows_at_once(length)) * pitch_of(
        x, length
    ) + lanes_of(x)


@inlined
def room_for(X: Any, length: int) -> Any:
    """A room, and the two arrays that it is in, which the kernel has to `keep`."""
    scratch = np.empty(entries_of(at(X, 0), length), X.dtype)
    numbers = np.empty(COLUMNS + 4 * AT_ONCE)  # and the means of a seed
    e, n = at(scratch, 0), at(numbers, 0)
    e = at(e, before_line(e, 0))
    if turned(e, length):
        return (e, 1, lanes_of(e), n), scratch, numbers
    return (e, pitch_of(e, length), 1, n), scratch, numbers


@inlined
def inverse_of(x: Any, high: float, low: float) -> Any:
    """1 / T in two words, and how far below the largest logit the others are 0."""
    return np.float64(high), np.float64(low), gap(no_lanes(x)) / high
