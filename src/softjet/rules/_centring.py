"""The one matrix behind every Jacobian here: centre, then scale.

    A     = diag(a) (I - 1 y^T)              softmax: a = y;  log_softmax: a = 1
    A v   = a * (v - <y, v>)                 push
    v A   = a * v - y <a, v>                 pull
    A_jj  = a_j (1 - y_j)

y sums to 1 together with `sink`, the mass of one more entry that has no row or column.
An entry with a = 0 is dead: its y is 0, its seed is never read, and it gets exactly 0.

Nothing here is computed as 1 - y_j, or as the difference of two nearly equal numbers
that a seed's offset has made large: y_max rounds to 1 from a margin of 37 on, and the
Jacobian of a saturated row lives entirely in what that rounding throws away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ._stable import centred, total_words

Array = NDArray[np.float64]
# A decorator: infinities and NaN are answers here, spelled out in the edge table.
quiet = np.errstate(all="ignore")


def sum_of_others(terms: Array) -> Array:
    """sum over i != j of terms_i, for every j: the total less one, in two words."""
    high, low = total_words(np, terms)
    return (high - terms) + low


@dataclass(frozen=True)
class Centring:
    """diag(a) (I - 1 y^T) for rows along the last axis; without y, diag(a).

    Attributes
    ----------
    a, y, diagonal : arrays of one shape, ending in K
        `diagonal` is a (1 - y), from whoever knows 1 - y where y rounds to 1; y is
        None for diag(a).
    sink : array of that shape with K replaced by 1
    symmetric : bool
        a is y, or y times one number a row.
    """

    a: Array
    y: Array | None
    diagonal: Array
    sink: Array
    symmetric: bool

    @property
    def dead(self) -> NDArray[np.bool_]:
        return self.a == 0

    def along_new_axis(self) -> Centring:
        """The same rows, to meet seeds of shape (..., M, K)."""
        return Centring(
            self.a[..., None, :],
            None if self.y is None else self.y[..., None, :],
            self.diagonal[..., None, :],
            self.sink[..., None, :],
            self.symmetric,
        )

    @quiet
    def over(self, temperature: Array) -> Centring:
        """Divided by one number a row, of the shape of `sink`."""
        a, diagonal = self.a / temperature, self.diagonal / temperature
        return replace(self, a=a, diagonal=diagonal)

    def centred(self, v: Array) -> Array:
        """v - <y, v>, with an error that scales with the spread of v, not its offset.

        The rules' own centring; the sink is one more entry, whose seed is 0.
        """
        if self.y is None or v.shape[-1] == 0:
            return v
        shape = np.broadcast_shapes(self.y.shape, v.shape)
        y, v = np.broadcast_to(self.y, shape), np.broadcast_to(v, shape)
        sink = np.broadcast_to(self.sink, (*shape[:-1], 1))
        y = np.concatenate((y, sink), axis=-1)
        v = np.concatenate((v, np.zeros_like(sink)), axis=-1)
        return centred(np, y, v)[..., :-1]

    @quiet
    def push(self, v: Array) -> Array:
        """A v."""
        v = np.where(self.dead, 0.0, v)
        return np.where(self.dead, 0.0, self.a * self.centred(v))

    @quiet
    def pull(self, v: Array) -> Array:
        """v A.  Entry j: A_jj v_j - y_j (the sum of the other a_i v_i)."""
        if self.symmetric:
            return self.push(v)
        assert self.y is not None
        scaled = np.where(self.dead, 0.0, self.a * v)
        pulled = self.diagonal * v - self.y * sum_of_others(scaled)
        return np.where(self.dead, 0.0, pulled)

    @quiet
    def dense(self) -> Array:
        """All K x K entries."""
        size = self.a.shape[-1]
        if self.y is None:
            out = np.zeros((*self.a.shape, size))
        else:
            # 0 - x, not -x: a dead entry is +0.
            out = 0.0 - self.a[..., :, None] * self.y[..., None, :]
            # Beside a NaN too: a dead entry's derivatives are 0.
            out[self.dead[..., :, None] | self.dead[..., None, :]] = 0.0
        step = np.arange(size)
        out[..., step, step] = self.diagonal
        return out

    @quiet
    def root(self) -> Centring:
        """The centring R^T with R R^T = diag(y) - y y^T: the same form once more.

        R = diag(sqrt y) - alpha y sqrt(y)^T with alpha = (1 - sqrt(sink)) / (sum of y).
        The sum is 1 - sink, so alpha = 1 / (1 + sqrt(sink)), without a difference;
        R^T = diag(sqrt y) (I - 1 (alpha y)^T), whose own sink is 1 - alpha (1 - sink)
        = sqrt(sink).
        """
        a = np.sqrt(self.a)
        if self.y is None:
            return replace(self, a=a, diagonal=a)
        mass = np.sqrt(self.sink)
        alpha = 1.0 / (1.0 + mass)
        # 1 - alpha y = alpha (1 - y + sqrt(sink)), and diagonal is a (1 - y).
        diagonal = alpha * (self.diagonal / np.where(self.dead, 1.0, a) + a * mass)
        return Centring(a, alpha * self.y, diagonal, mass, symmetric=False)
