"""An error as a share of its bound, in either arithmetic."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from .oracle import unit_roundoff

Array = Any


def share(ours: Array, exact: Array, bound: Array) -> float:
    """The largest error as a share of its bound; of a subnormal number, or infinity.

    Below the smallest normal number of its dtype no answer has more digits than one
    smallest subnormal; beyond the largest the right answer is infinity.
    """
    ours, exact = np.asarray(ours), np.asarray(exact)
    info = ml_dtypes.finfo(ours.dtype)
    error = _errors(ours, exact)
    over = np.abs(exact) >= float(info.max)
    right = np.isinf(ours.astype(np.float64)) & over
    least = np.maximum(np.asarray(bound, np.float64), float(info.smallest_subnormal))
    return float(np.max(np.where(right, 0.0, error / least), initial=0.0))


def _errors(ours: Array, exact: Array) -> Array:
    """abs(ours - exact); equal infinities do not differ, NaN differs from all."""
    wide = ours.astype(np.float64)
    same = wide == exact
    with np.errstate(invalid="ignore"):
        error = np.abs(np.where(same, 0.0, wide - np.where(same, 0.0, exact)))
    error = np.where(same, 0.0, error).astype(np.float64)
    return np.where(np.isnan(error), np.inf, error)


def units(ours: Array, exact: Array) -> float:
    """The largest error, in units of u times the largest exact entry.

    An error of no more than one smallest subnormal is none.
    """
    ours, exact = np.asarray(ours), np.asarray(exact)
    finite = np.abs(exact) < float(ml_dtypes.finfo(ours.dtype).max)
    size = np.max(np.where(finite, np.abs(exact), 0.0), initial=0.0)
    error = np.max(np.where(finite, _errors(ours, exact), 0.0), initial=0.0)
    if error <= float(ml_dtypes.finfo(ours.dtype).smallest_subnormal):
        return 0.0
    return float(error / (unit_roundoff(ours.dtype) * float(size)))
