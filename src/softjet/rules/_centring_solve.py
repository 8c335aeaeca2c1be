"""Solving with diag(a) (I - 1 y^T), and saying which right-hand sides it reaches.

    a * (u - <y, u>) = v     u = v / a + c,         c sink = <y, v / a>
    a * u - y <a, u> = v     u = (v + t y) / a,     t sink = sum(v)

With a sink the constant is fixed (Sherman and Morrison, 1950).  Without one the left
side must be 0: that is the range.  The constant is then free, and chosen so that u
sums to 0 over the live entries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._centring import Array, Centring, quiet
from ._stable import total

# J @ u, rounded, leaves the range by at most 12 units on a row (the bound of the
# product, summed); a seed centred by hand leaves it by a few more.
_SLACK = 32.0


def _divided(form: Centring, v: Array) -> Array:
    return np.where(form.dead, 0.0, v / np.where(form.dead, 1.0, form.a))


def _moments(form: Centring, v: Array, transposed: bool) -> Array:
    """Terms whose sum must vanish for v to be in the range of a row without a sink."""
    if form.y is None or (transposed and not form.symmetric):
        return v
    return form.y * _divided(form, v)


@quiet
def unreachable(
    form: Centring, v: Array, transposed: bool, unit: float
) -> NDArray[np.bool_]:
    """Rows, with their axis kept, in which v is out of balance: no u gives v."""
    if form.y is None:
        return np.zeros((*v.shape[:-1], 1), np.bool_)
    terms = np.where(form.dead, 0.0, _moments(form, v, transposed))
    far = np.abs(total(np, terms)) > _SLACK * unit * total(np, np.abs(terms))
    # A row of NaN has no range to be judged by; its answer is NaN.
    return far & (form.sink == 0) & ~np.isnan(total(np, form.y))


@quiet
def solve(form: Centring, v: Array, transposed: bool) -> Array:
    """u with A u = v, or u A = v if transposed, for v in the range."""
    u = _divided(form, v)
    if form.y is None:
        return u
    balance = total(np, np.where(form.dead, 0.0, _moments(form, v, transposed)))
    if transposed and not form.symmetric:
        shape = _divided(form, form.y)
        free = -total(np, u) / total(np, shape)
    else:
        shape = np.ones_like(form.y)
        free = -total(np, u) / np.sum(~form.dead, axis=-1, keepdims=True)
    # 0 * balance: nothing, but NaN in a row of NaN.
    constant = np.where(form.sink > 0, balance / form.sink, free + 0 * balance)
    return np.where(form.dead, 0.0, u + constant * shape)
