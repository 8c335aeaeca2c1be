"""The eigenvalues of diag(a) (I - 1 y^T), from the poles of a secular equation.

    det(diag(a) - a y^T - t) = 0     where     1 - sum_j a_j y_j / (a_j - t) = 0

With sum(y) = 1 - sink the left side is -t g(t),

    g(t) = sink / (0 - t) + sum_j y_j / (a_j - t),

which climbs from -inf to +inf between neighbouring poles 0, a_(1), a_(2), ...: one root
in every gap (interlacing), and t = 0 itself without a sink.  Of m equal entries m - 1
keep their value as an eigenvalue.  At a root the terms below and above balance at some
size G, and g' >= G / t, so an error e G in g moves the root by at most e t: small
eigenvalues come out with the same relative accuracy as large ones, which an
eigensolver on the dense matrix does not give.

Golub, SIAM Review 15 (1973) 318; Li, LAPACK working note 89 (1993) for the step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_UNIT = 2.0**-53
# Terms held at once: 128 KiB an array, which malloc keeps; at 256 KiB it goes back to
# the system each time, and 8000 entries take 5.8 s instead of 2.8.
_BLOCK = 1 << 14
# A root takes 4 steps on average.  Should the model crawl, every eighth step halves:
# 11 times, by ratio, to a factor of 4 from any range, and 53 times to the last bit.
_HALVE = 8
_STEPS = _HALVE * (11 + 53)


def eigenvalues(a: Array, y: Array, sink: float) -> Array:
    """All K eigenvalues, ascending, for one row with a and y of one sign and zeros."""
    if not np.all(np.isfinite(a)):
        return np.full(a.shape, np.nan)
    live = a > 0
    poles, group, counts = np.unique(a[live], return_inverse=True, return_counts=True)
    weights = np.bincount(group, y[live]).astype(np.float64)
    found: list[Array] = [
        np.repeat(poles, counts - 1),
        np.zeros(a.size - int(live.sum())),
    ]
    if sink > 0:
        poles = np.concatenate([np.zeros(1), poles])
        weights = np.concatenate([np.full(1, sink), weights])
    elif poles.size:
        found.append(np.zeros(1))
    return np.sort(np.concatenate([*found, _roots(poles, weights)]))


def _roots(poles: Array, weights: Array) -> Array:
    """The root of g in each gap between neighbouring poles."""
    gaps = np.arange(max(poles.size - 1, 0))
    width = max(1, _BLOCK // max(poles.size, 1))
    roots = [
        _roots_in(poles, weights, gaps[start : start + width])
        for start in range(0, gaps.size, width)
    ]
    return np.concatenate([np.empty(0), *roots])


@np.errstate(all="ignore")
def _roots_in(poles: Array, weights: Array, gaps: NDArray[np.intp]) -> Array:
    """Bracketed rational steps in the given gaps, all at once until each is done."""
    low, high = poles[gaps], poles[gaps + 1]
    root = _halfway(low, high)
    active = np.flatnonzero((low < root) & (root < high))
    for count in range(_STEPS):
        if not active.size:
            break
        at = root[active]
        value, size, step = _look(poles, weights, gaps[active], at)
        low[active] = np.where(value < 0, at, low[active])
        high[active] = np.where(value < 0, high[active], at)
        new = at + step
        good = (
            (low[active] < new) & (new < high[active]) & (count % _HALVE < _HALVE - 1)
        )
        new = np.where(good, new, _halfway(low[active], high[active]))
        done = np.abs(value) <= 2 * _UNIT * size
        done |= np.abs(step) <= _UNIT * at
        done |= (new <= low[active]) | (new >= high[active])
        root[active] = np.where(done, at, new)
        active = active[~done]
    return root


def _look(
    poles: Array, weights: Array, gaps: NDArray[np.intp], at: Array
) -> tuple[Array, Array, Array]:
    """g at each point, the size of its terms, and the step to the model's root.

    The model has the two poles of the gap, with residues that match the slope of the
    terms below and of the terms above separately (the "middle way"); its root solves
    c e^2 - b e + d = 0.  Lengths are in units of the gap, so that gaps of 1e-200 do
    not underflow.
    """
    below = np.arange(poles.size) <= gaps[:, None]
    distance = poles - at[:, None]
    terms = weights / distance
    span = poles[gaps + 1] - poles[gaps]
    slopes = terms / (distance / span[:, None])
    under = np.sum(np.where(below, terms, 0.0), axis=-1)
    over = np.sum(np.where(below, 0.0, terms), axis=-1)
    slope_under = np.sum(np.where(below, slopes, 0.0), axis=-1)
    slope_over = np.sum(np.where(below, 0.0, slopes), axis=-1)
    left, right = (poles[gaps] - at) / span, (poles[gaps + 1] - at) / span
    value = under + over
    b = (left + right) * value - left * right * (slope_under + slope_over)
    c = value - left * slope_under - right * slope_over
    d = left * right * value
    radical = np.sqrt(b * b - 4 * c * d)
    step = np.where(b <= 0, (b - radical) / (2 * c), 2 * d / (b + radical))
    return value, over - under, step * span


def _halfway(low: Array, high: Array) -> Array:
    """The mean; the geometric one where the ends differ by orders of magnitude."""
    mean = low + (high - low) / 2
    return np.where((low > 0) & (high > 4 * low), np.sqrt(low) * np.sqrt(high), mean)
