"""Arithmetic on vectors as large as the weights, a block at a time.

A temporary of 48 MB (6000 features x 2000 classes) is new pages from the system every
time; a block's stays in the caches.  Newton's method took 151 s on that next-token task
where it had taken 174.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

# Entries of a block.
BLOCK = 1 << 16


def blocks(x: NDArray[Any]) -> Iterator[slice]:
    """The lines of a matrix, as many at a time as a block holds."""
    count, width = x.shape[0], max(1, x[:1].size)
    step = max(1, BLOCK // width)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def add_scaled(y: NDArray[Any], a: float, x: NDArray[Any]) -> None:
    """y += a x."""
    for lines in blocks(y):
        y[lines] += a * x[lines]
