"""Whether two contenders answer the same question.

A fast answer to another question is no answer.  Peers are inexact, so the tolerance is
a multiple of eps: wide enough for a textbook formula, far too narrow for a wrong one.
"""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np

# Halves are checked in eps of their own: bfloat16 rounds a log-probability of -11 by
# 0.03, and torch exponentiates that; in wider dtypes long float32 sums lose the most.
UNITS = {"float16": 16, "bfloat16": 16, "float32": 1000, "float64": 1000}
BLOCK = 1 << 20  # entries compared at once: the largest answers are 200 MB


def disagreement(ours: list[np.ndarray], theirs: list[np.ndarray]) -> str | None:
    """What is wrong with their answers, or None where all agree with ours."""
    if len(ours) != len(theirs):
        return f"answers with {len(theirs)} arrays, not {len(ours)}"
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape or a.dtype != b.dtype:
            got, want = f"{b.shape} {b.dtype}", f"{a.shape} {a.dtype}"
            return f"answers with {got}, not {want}"
        share = _share(a.reshape(-1), b.reshape(-1))
        if not share <= 1:
            return f"is off by {share:.3g} times what {a.dtype} excuses"
    return None


def _share(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The error as a share of the tolerance; NaN counts as infinite.

    The mean error is held to the mean entry, which no other function meets, and the
    worst to the largest, which no wrong row meets.  Entry by entry would be too strict:
    where x_dot nearly equals its mean, textbook tangents keep no digit.
    """
    info, scale, error, size = ml_dtypes.finfo(ours.dtype), [], [], max(ours.size, 1)
    for start in range(0, ours.size, BLOCK):
        a = ours[start : start + BLOCK].astype(np.float64)
        gap = np.abs(a - theirs[start : start + BLOCK])
        scale.append((np.abs(a).sum() / size, np.abs(a).max()))
        error.append((gap.sum() / size, gap.max()))
    unit = UNITS[ours.dtype.name] * float(info.eps)
    # Below the smallest normal number dtypes keep fewer digits, or none.
    small = float(info.smallest_normal)
    means, peaks = np.array(error or [(0, 0)]).T
    mean_scales, peak_scales = np.array(scale or [(0, 0)]).T
    share = means.sum() / (unit * (mean_scales.sum() / 2 + small))
    share = np.maximum(share, peaks.max() / (unit * (peak_scales.max() + small)))
    return math.inf if np.isnan(share) else float(share)
