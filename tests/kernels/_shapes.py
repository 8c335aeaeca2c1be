"""Random shapes, and what to reduce of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def shapes(
    rng: np.random.Generator, large: int
) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Different shapes of 1 to 4 axes, and what to reduce; one in `large` is large.

    Large ones have more than 2^17 entries: several pieces, whatever a piece is.
    """
    lengths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 127, 129, 255, 1000, 4099]
    seen: set[Any] = set()
    while True:
        ndim, length = int(rng.integers(1, 5)), int(rng.choice(lengths))
        rows = int(rng.integers(1, 41))
        if len(seen) % large == large - 1:
            ndim = max(ndim, 2)
            rows = -(-(2**17 + int(rng.integers(1, 2**15))) // length)
        found = _shape(rng, ndim, length, rows)
        if found not in seen:
            seen.add(found)
            yield found


def _shape(
    rng: np.random.Generator, ndim: int, length: int, rows: int
) -> tuple[tuple[int, ...], Any]:
    """`rows` rows and `length` entries of them, each spread over some of the axes."""
    wide = int(rng.integers(1, ndim)) if ndim > 1 else 1
    reduced = sorted(int(a) for a in rng.permutation(ndim)[:wide])
    sizes = [0] * ndim
    for a, n in zip(reduced, _factors(rng, length, wide), strict=True):
        sizes[a] = n
    others = [a for a in range(ndim) if a not in reduced]
    for a, n in zip(others, _factors(rng, rows, len(others)), strict=True):
        sizes[a] = n
    axis: Any = reduced[0] if wide == 1 else tuple(reduced)
    if wide == 1 and rng.random() < 0.5:
        axis -= ndim
    return tuple(sizes), axis


def _factors(rng: np.random.Generator, number: int, count: int) -> list[int]:
    """Numbers whose product is near `number`, never less than it."""
    found: list[int] = []
    for left in range(count, 1, -1):
        most = max(1, round(number ** (1 / left) * 2))
        found.append(int(rng.integers(1, most + 1)))
        number = -(-number // found[-1])
    return [*found, number] if count else []
