"""The sum of numbers, in two words: losses become a mean by it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import kernel
from ._memory import at, lanes_of, load_some_wide, no_sum, some
from ._sum import gathered
from ._sum import total as across


@kernel
def total(X: Any) -> float:
    """The sum of float64 numbers; what an infinite one rounds away is left out."""
    x = at(X, 0)
    high = low = no_sum(x)
    for k in range(0, len(X), lanes_of(x)):
        part = load_some_wide(x, k, some(high, len(X) - k))
        high, low = gathered(high, low, part)
    sum_, rest = across(high, low)
    return sum_ + rest if abs(rest) < np.inf else sum_
