"""Which rows are kept to test on: a hash of the row's number and a seed.

A row's place says it all: no state, no count of rows beforehand, and the same rows
whatever the batches are.  It cannot keep the shares of the classes as the split in
memory does, which knows all labels when it draws; of a class with n rows the test part
holds share * n, give or take sqrt(n share (1 - share)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal

_M64 = (1 << 64) - 1
# Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def is_test(first: int, count: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Of the rows `first`, `first` + 1, ...: whether each is kept to test on."""
    if share == 0.0:
        return np.zeros(count, bool)
    start = (first + _mixed_number(seed)) & _M64
    numbers = np.arange(count, dtype=np.uint64) + np.uint64(start)  # wraps around
    # 53 bits make a float64 exactly.
    return (_mixed(numbers) >> np.uint64(11)) * 2.0**-53 < share


def check_share(share: float) -> None:
    """Refuse what is no share of the rows; 0 keeps none to test on."""
    if not 0.0 <= share < 1.0:
        raise Refusal(
            "test-share",
            "the test share is no share",
            got=f"{share:g}",
            want="a number above 0 and below 1, such as 0.2; or 0: no test rows",
        )


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64's finaliser: neighbours become unrelated."""
    z = z * np.uint64(_GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND)
    return z ^ (z >> np.uint64(31))


def _mixed_number(seed: int) -> int:
    return int(_mixed(np.array([seed + 1], np.uint64))[0])
