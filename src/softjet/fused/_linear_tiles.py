"""What is asked of a tile of logits: by the kernel, and by NumPy where it cannot.

A tile is some rows by some classes of a block.  Both ways fill the same tables, so a
row that the kernel marks (infinite, all dead, out of its reach) is NumPy's, and the
others stay as they are.  NumPy computes in float64 a few rows at a time, by the
primitives of the rules.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..kernels.available import available
from ..rules._stable import dot, extended_total, mean, total, two_difference

# Entries that NumPy takes at a time: its dozen temporaries stay within the caches.
ENTRIES = 1 << 16
INF = np.inf


class Tile(NamedTuple):
    """Rows and classes of a C-contiguous block: `used` rows of logits, then as many
    of their tangents, if it is `seeded`."""

    block: np.ndarray
    used: int
    seeded: bool
    rows: slice
    classes: slice

    @property
    def logits(self) -> np.ndarray:
        return self.block[: self.used]

    @property
    def seeds(self) -> np.ndarray | None:
        return self.block[self.used : 2 * self.used] if self.seeded else None

    @property
    def both(self) -> np.ndarray | None:
        """Logits and tangents as one matrix, where the tile has all rows."""
        whole = self.rows == slice(0, self.used)
        return self.block[: 2 * self.used, self.classes] if whole else None

    @property
    def z(self) -> np.ndarray:
        return self.logits[self.rows, self.classes]

    @property
    def g(self) -> np.ndarray:
        seeds = self.seeds
        assert seeds is not None
        return seeds[self.rows, self.classes]

    @property
    def size(self) -> tuple[int, int, int]:
        """Pitch, rows, classes, as kernels take them."""
        rows, classes = self.z.shape
        return self.logits.shape[1], rows, classes

    def flat(self, block: np.ndarray) -> np.ndarray:
        """The block from the first entry of the tile on."""
        pitch = block.shape[1]
        return block.reshape(-1)[self.rows.start * pitch + self.classes.start :]


class Sums(NamedTuple):
    """Of each row of a tile, in float64.

    top = max z; tail = sum exp(z - top) - 1; fall = sum t (top - z); mass = sum t; the
    mean of g in two words, and moment = sum t (g - mean).
    """

    top: np.ndarray
    tail: np.ndarray
    fall: np.ndarray
    mass: np.ndarray
    mean: np.ndarray
    rest: np.ndarray
    moment: np.ndarray

    @classmethod
    def zeros(cls, *shape: int) -> Sums:
        return cls(*(np.zeros(shape) for _ in cls._fields))

    def at(self, *place: Any) -> Sums:
        return Sums(*(column[place] for column in self))


class Factors(NamedTuple):
    """Of each row: the gradient is factor exp(z - top) - share t."""

    top: np.ndarray
    factor: np.ndarray
    share: np.ndarray
    second: np.ndarray  # its derivative is exp(z - top) (factor C(g) + second)
    mean: np.ndarray
    rest: np.ndarray

    def at(self, rows: Any) -> Factors:
        return Factors(*(column[rows] for column in self))


@cache
def _kernels() -> Any:
    """The kernels of tiles, or None where there is no compiler."""
    if not available():
        return None
    from ..kernels import linear_cross_entropy

    return linear_cross_entropy


# -- statistics ------------------------------------------------------------------------


def statistics(tile: Tile, weights: np.ndarray | None, out: Sums) -> None:
    """Fill the sums of a tile: those of its tangents too where it has any."""
    kernels = _kernels()
    if kernels is None:
        _statistics(tile, weights, out, np.arange(len(out.top)))
        return
    t, pitch = _flat_weights(tile, weights)
    z = tile.flat(tile.logits)
    if tile.seeds is None:
        left = kernels.statistics(
            z, *tile.size, t, pitch, out.top, out.tail, out.fall, out.mass
        )
    else:
        left = kernels.pushforward(z, tile.flat(tile.seeds), *tile.size, t, pitch, *out)
    if left:
        _statistics(tile, weights, out, np.flatnonzero(np.isnan(out.top)))


def _flat_weights(tile: Tile, weights: np.ndarray | None) -> tuple[np.ndarray, int]:
    if weights is None:
        return np.empty(0, tile.logits.dtype), 0
    return weights.reshape(-1), 0 if weights.ndim == 1 else weights.shape[1]


def _statistics(
    tile: Tile, weights: np.ndarray | None, out: Sums, rows: np.ndarray
) -> None:
    with np.errstate(all="ignore"):
        for some in _few(rows, tile):
            z = tile.z[some].astype(np.float64)
            g = None if tile.seeds is None else tile.g[some].astype(np.float64)
            for column, answer in zip(
                out, _sums(z, g, _some_weights(weights, some)), strict=True
            ):
                column[some] = answer


def _few(rows: np.ndarray, tile: Tile) -> list[np.ndarray]:
    step = max(1, ENTRIES // max(1, tile.z.shape[1]))
    return [rows[k : k + step] for k in range(0, len(rows), step)]


def _some_weights(weights: np.ndarray | None, some: np.ndarray) -> np.ndarray:
    if weights is None:
        return np.zeros((len(some), 0))
    wide = weights if weights.ndim == 1 else weights[some]
    return np.broadcast_to(wide.astype(np.float64), (len(some), wide.shape[-1]))


def _sums(z: np.ndarray, g: np.ndarray | None, t: np.ndarray) -> Sums:
    top = z.max(axis=-1, initial=-INF)
    exps = exponentials(z, top)
    first = np.zeros_like(exps)
    np.put_along_axis(first, exps.argmax(-1)[:, None], 1.0, -1)
    tail = total(np, exps - first)[:, 0]
    tail = np.where(top == -INF, -1.0, tail)
    if not t.shape[1]:
        t = np.zeros_like(z)
    falls = np.where(t == 0, 0.0, t * _below(z, top))
    fall, whole = extended_total(np, falls)[:, 0], total(np, t)[:, 0]
    answer = Sums.zeros(len(z))
    answer = answer._replace(top=top, tail=tail, fall=fall, mass=whole)
    return answer if g is None else _with_seeds(answer, exps, g, t)


def _with_seeds(sums: Sums, e: np.ndarray, g: np.ndarray, t: np.ndarray) -> Sums:
    seeds = np.where(e == 0, 0.0, g)
    middle = mean(np, e, seeds)
    whole = np.where(sums.tail == -1.0, 1.0, 1.0 + sums.tail)
    rest = dot(np, e, seeds - middle)[:, 0] / whole
    moments = np.where(t == 0, 0.0, t * (g - middle))
    return sums._replace(mean=middle[:, 0], rest=rest, moment=total(np, moments)[:, 0])


def _below(z: np.ndarray, top: np.ndarray) -> np.ndarray:
    """top - z, and 0 at a top that is infinite."""
    return np.where(z == top[:, None], 0.0, top[:, None] - z)


def exponentials(z: np.ndarray, top: np.ndarray) -> np.ndarray:
    """exp(z - top) for a top that is no less: 1 there, 0 where z is -inf."""
    d, e = two_difference(z, top[:, None])
    exps = np.exp(d)
    exps = exps + np.where(np.isfinite(e), exps * e, 0.0)
    return np.where(z == -INF, 0.0, np.where(z == top[:, None], 1.0, exps))


# -- gradient and curvature ------------------------------------------------------------


def gradient(
    tile: Tile, weights: np.ndarray | None, rows: Factors, tight: float
) -> None:
    """The tile's logits become its gradient; its tangents the gradient's derivative.

    tight is 1 / c of a soft cap, or 0: then z is c tanh of what the products gave.
    """
    kernels, left = _kernels(), np.arange(len(rows.top))
    if kernels is not None:
        t, pitch = _flat_weights(tile, weights)
        z, sizes = tile.flat(tile.logits), (*tile.size, t, pitch)
        if tile.seeds is None:
            told = rows.top, rows.factor, rows.share, tight
            kernels.gradient(z, *sizes, *told)
        else:
            first = rows.top, rows.factor, rows.second, rows.share
            g = tile.flat(tile.seeds)
            kernels.curvature(z, g, *sizes, *first, rows.mean, rows.rest, tight)
        left = np.flatnonzero(~(abs(rows.top) <= _reach()))
    with np.errstate(all="ignore"):
        for some in _few(left, tile):
            t = _some_weights(weights, some)
            _by_numpy(tile, t, some, rows.at(some), tight)


def _reach() -> float:
    from ..kernels._row import REACH

    return REACH


def _by_numpy(
    tile: Tile, t: np.ndarray, some: np.ndarray, rows: Factors, tight: float
) -> None:
    z = tile.z[some].astype(np.float64)
    dead = z == -INF
    e = exponentials(z, rows.top)
    out = rows.factor[:, None] * e
    if t.shape[1]:
        out = out - rows.share[:, None] * t
    d = slope(z, tight)
    tile.z[some] = np.where(dead, 0.0, out * d)
    if tile.seeds is None:
        return
    g = np.where(dead, 0.0, tile.g[some].astype(np.float64))
    h = (g - rows.mean[:, None]) - rows.rest[:, None]
    turned = e * (rows.factor[:, None] * h + rows.second[:, None])
    # A row at +inf has no second order.
    turned = np.where((e == 0) | (rows.top == INF)[:, None], 0.0, turned)
    bend = out * (-2.0 * tight * tight * z * g) if tight else 0.0
    tile.g[some] = np.where(dead, 0.0, turned * d + bend)


def slope(z: np.ndarray, tight: float) -> np.ndarray:
    """1 - (z / c)^2: how much of a tangent passes the soft cap."""
    if tight == 0.0:
        return np.ones_like(z)
    share = z * tight
    return np.where(np.isinf(z), 0.0, (1.0 - share) * (1.0 + share))
