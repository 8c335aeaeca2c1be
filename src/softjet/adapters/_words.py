"""What every way to the kernels needs: the kernels, and 1 / T in two words."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

FALL = 2.0**-80  # probabilities are kept over this, see kernels/_row.py


@lru_cache(maxsize=1)
def load() -> Any:
    """The kernels by name, or None where they cannot be had."""
    from ..kernels.available import available

    if not available():
        return None
    from ..kernels import functions

    return functions


@lru_cache(maxsize=256)
def inverse(temperature: float, order: int, dtype: np.dtype) -> tuple[float, float]:
    """1 / T^order in two words of dtype."""
    exact = 1 / Fraction(temperature) ** order
    high = float(dtype.type(float(exact)))
    return high, float(exact - Fraction(high))


@lru_cache(maxsize=8)
def slack_of(dtype: np.dtype) -> float:
    """How far from 1 a row of probabilities of this dtype may sum by its rounding."""
    import ml_dtypes

    return 2.0 * float(ml_dtypes.finfo(dtype).eps)
