"""What is known of each row once its tiles are merged: the loss, and its factors.

    S = sum exp(z - top),  L = log S = log1p(tail)
    loss = mass L + sum t (top - z) + mass z_loss lse^2,   lse = top + L
    gradient = share (k p - t),   k = mass (1 + 2 z_loss lse)

Everything is float64, and nothing is subtracted that is large where its difference is
not: a confident row keeps the digits of its tail, a tangent those of its spread.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._linear_targets import LinearTargets
from ._linear_tiles import INF, Factors, Sums


class LabelLogits(NamedTuple):
    """The logit of each row's label, and its tangent; zeros without labels."""

    z: np.ndarray
    g: np.ndarray

    @classmethod
    def zeros(cls, rows: int) -> LabelLogits:
        return cls(np.zeros(rows), np.zeros(rows))


class LinearRows:
    """Some rows, merged over all classes."""

    def __init__(
        self,
        tiles: Sums,
        labels: LabelLogits,
        targets: LinearTargets,
        rows: slice,
        z_loss: float,
    ) -> None:
        self.labels, self.z_loss = labels, z_loss
        self.own, self.mass = targets.own[rows], targets.mass[rows]
        self.ids = None if targets.labels is None else targets.labels[rows]
        self.smoothed = (
            np.zeros(len(self.own))
            if self.ids is None
            else targets.smoothing_at(self.ids)
        )
        with np.errstate(all="ignore"):
            self._merge(tiles)

    def _merge(self, tiles: Sums) -> None:
        """Sums about each tile's own top become sums about the row's."""
        self.top = top = tiles.top.max(axis=0, initial=-INF)
        first = tiles.top.argmax(axis=0) if len(tiles.top) else None
        here = np.zeros(tiles.top.shape, bool)
        if first is not None:
            here[first, np.arange(len(top))] = True
        power = np.where(tiles.top == top, 1.0, np.exp(tiles.top - top))
        sums = np.where(tiles.tail == -1.0, 0.0, (1.0 + tiles.tail) * power)
        own = np.where(here, tiles.tail, 0.0).sum(axis=0)
        self.tail = own + np.where(here, 0.0, sums).sum(axis=0)
        if first is None:
            self.tail = self.tail - 1.0
        self.empty = top == -INF
        falls = np.where(tiles.top == top, 0.0, tiles.mass * (top - tiles.top))
        self.fall = (tiles.fall + np.where(tiles.mass == 0, 0.0, falls)).sum(axis=0)
        self._merge_means(tiles, here, sums)

    def _merge_means(self, tiles: Sums, here: np.ndarray, sums: np.ndarray) -> None:
        # About the mean of the tile that has the top, so that it leaves no rounding.
        self.mean = np.where(here, tiles.mean, 0.0).sum(axis=0)
        off = tiles.mean - self.mean
        share = sums / (1.0 + self.tail)
        parts = np.where(sums == 0, 0.0, share * (off + tiles.rest))
        self.rest = parts.sum(axis=0)
        parts = tiles.moment + np.where(tiles.mass == 0, 0.0, tiles.mass * off)
        self.moment = parts.sum(axis=0)

    @property
    def logsumexp(self) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.where(self.empty, -INF, self.top + np.log1p(self.tail))

    @property
    def loss(self) -> np.ndarray:
        with np.errstate(all="ignore"):
            z, top = self.labels.z, self.top
            fall = np.where(z == top, 0.0, self.own * (top - z))
            value = self.fall + np.where(self.own == 0, 0.0, fall)
            value = value + _times(self.mass, np.log1p(self.tail))
            if self.z_loss:
                value = value + _times(self.mass, self.z_loss * self.logsumexp**2)
            return np.where(self.empty, np.where(self.mass > 0, INF, 0.0), value)

    @property
    def loss_dot(self) -> np.ndarray:
        """k mean(g) - sum t g, with the means about one number of the row."""
        with np.errstate(all="ignore"):
            label = self._alive(self.labels.g - self.mean, -self.mean)
            dot = self.mass * self.rest - self.moment
            dot = dot - np.where(self.own == 0, 0.0, self.own * label)
            if self.z_loss:
                slope = 2.0 * self.z_loss * self.logsumexp * self.mass
                dot = dot + _times(slope, self.mean + self.rest)
            return np.where(self.empty, 0.0, dot)

    def factors(self, share: np.ndarray) -> Factors:
        """What makes a tile of logits the gradient of sum share loss."""
        with np.errstate(all="ignore"):
            whole = 1.0 + self.tail
            factor = np.where(self.empty, 0.0, share * self._pull / whole)
            bend = 2.0 * self.z_loss * self.mass * (self.mean + self.rest)
            second = np.where(self.empty, 0.0, share * bend / whole)
        return Factors(self.top, factor, share, second, self.mean, self.rest)

    def label_gradient(self, share: np.ndarray) -> np.ndarray:
        """The gradient at the label, from the sum of the others and never p - 1."""
        with np.errstate(all="ignore"):
            z, whole = self.labels.z, 1.0 + self.tail
            best = z == self.top
            p = np.where(best, 1.0, np.exp(z - self.top)) / whole
            others = np.where(best, self.tail / whole, 1.0 - p)
            pull = (self._pull - self.mass) * p - self.mass * others
            pull = pull + (self.mass - self.own - self.smoothed)
            return self._alive(np.where(self.empty, 0.0, share * pull), 0.0)

    @property
    def _pull(self) -> np.ndarray:
        if not self.z_loss:
            return self.mass
        return self.mass * (1.0 + 2.0 * self.z_loss * self.logsumexp)

    def _alive(self, at_label: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
        """The first where the label is alive: no seed is read where it is dead."""
        return np.where(self.labels.z == -INF, otherwise, at_label)


def _times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a b, where an a of 0 wins over any b."""
    return np.where(a == 0, 0.0, a * b)
