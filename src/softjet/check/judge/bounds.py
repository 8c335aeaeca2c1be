"""How far an honest textbook implementation may be from the right answer.

    allowed_j = c u B size_j + floor,    B = K + range + |logsumexp| + 8

`size_j` is the sum of the moduli of the terms the answer is made of, at that entry, so
a small entry is judged on its own scale; nothing here grows with the array, and what is
wrong by a factor is outside by a factor of 1 / (c u B), 1e13 in float64.

Why c = 4 suffices for a value.  Relative errors of e_j / sum e, each in units of u:

    x_j / T, or the logit as handed over     |x_j| <= range + log K + |logsumexp|
    x_j - m, magnified by exp                range
    exp itself, in any library               8
    the same three in the sum                2 range + |logsumexp| + log K + 8
    a recursive sum of K positive terms      K - 1
    the quotient                             1

in all at most 4 (K + range + |logsumexp| + 8).  exp(x - logsumexp) and log(softmax) for
moderate logits obey the same, and the logarithms turn the relative error into an
absolute one (Blanchard, Higham and Higham 2021, theorems 3.2 to 4.4, have K + 3,
|logsumexp| + max|x - logsumexp| + K + 2, K + 2 + 2 range for the three forms).

Why c = 12 suffices for a derivative: two factors y, each 4 B u off, and an inner
product or a product with a dense Jacobian of K terms, K u; and a mean over N rows,
whose N is added to K.  For a curvature, four factors and two inner products: 40.

Entries (sigmoid, ...) have no row: B = |x| + 8, and their size is at least that of the
seed, because 1 - y and tanh have no more than absolute accuracy next to 1.

`floor` is K times the smallest normal number times the seed: results below it may be
flushed to zero on the way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
C = {"value": 4.0, "second": 40.0}
DERIVATIVE = 12.0


def unit_roundoff(dtype: str) -> float:
    """u: half the distance from 1 to the next number."""
    return float(np.finfo(dtype).eps) / 2


def of_rows(x: Array, rows_in_mean: int = 0) -> Array:
    """B of every row, as a column: K + range + |logsumexp| + 8."""
    live = np.where(np.isfinite(x), x, np.nan)
    with np.errstate(all="ignore"):
        top = np.nanmax(np.where(np.isnan(live), -np.inf, live), -1, keepdims=True)
        low = np.nanmin(np.where(np.isnan(live), np.inf, live), -1, keepdims=True)
        spread = np.where(np.isfinite(top - low), top - low, 0.0)
    count = x.shape[-1] + rows_in_mean
    # |logsumexp| is within log K of |max|, and K is there already.
    return count + spread + np.where(np.isfinite(top), abs(top), 0.0) + 8.0


def of_entries(x: Array) -> Array:
    """B of every entry: |x| + 8."""
    return np.where(np.isfinite(x), abs(x), 0.0) + 8.0


def allowed(piece: str, dtype: str, size: Array, reach: float) -> Array:
    """The bound from sizes that have been multiplied by B; `reach` scales the floor."""
    tiny = float(np.finfo(dtype).tiny)
    c = C.get(piece, DERIVATIVE)
    return c * unit_roundoff(dtype) * size + tiny * reach
