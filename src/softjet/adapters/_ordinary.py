"""Arrays of the most common kinds, which need no second look.

A dtype's name costs a microsecond, and the dtype itself a tenth of that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._words import load

FLOATS = frozenset(np.dtype(name) for name in ("float16", "float32", "float64"))
WIDE = frozenset(np.dtype(name) for name in ("float64", "float32"))
LOOKED_AT = WIDE | {np.dtype("int64")}


def ordinary(x: Any) -> bool:
    """Whether x is an array of native floats, and nothing that only looks like one."""
    return type(x) is np.ndarray and x.dtype in FLOATS


def within(array: np.ndarray, low: int, high: int) -> bool:
    """Whether a kernel finds every entry between low and high; False says nothing.

    Class ids and targets are looked at in every call, and hardly ever refused.
    """
    if array.dtype not in LOOKED_AT or not (kernels := load()):
        return False
    return bool(kernels.numbers.within(array.ravel("K"), low, high))
