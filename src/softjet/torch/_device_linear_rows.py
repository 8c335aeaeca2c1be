"""What is known of each row of logits once its tiles are merged: loss and factors.

    S = sum exp(z - top),  L = log S = log1p(tail)
    loss = mass L + sum t (top - z) + mass z_loss lse^2,   lse = top + L
    gradient = share (k p - t),   k = mass (1 + 2 z_loss lse)

Numbers of rows are float64 where the device has it, and nothing is subtracted that is
large where its difference is not: a confident row keeps the digits of its tail, a
tangent those of its spread, for it is taken about its value at the largest logit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from ._device_linear_targets import LinearTargets
from ._device_numbers import INF

Tensor = Any


class Sums(NamedTuple):
    """Of each row, over the classes seen so far.

    top = max z; tail = sum exp(z - top) - 1, and -1 where nothing is alive;
    fall = sum t (top - z); mass = sum t; c the tangent at the top; rest = sum exp(z -
    top) (g - c); moment = sum t (g - c); z and g of the label.
    """

    top: Tensor
    tail: Tensor
    fall: Tensor
    mass: Tensor
    c: Tensor
    rest: Tensor
    moment: Tensor
    z: Tensor
    g: Tensor

    @classmethod
    def none(cls, count: int, dtype: torch.dtype, device: torch.device) -> Sums:
        """Of no classes."""
        zero = torch.zeros(count, dtype=dtype, device=device)
        whole = cls(*(zero,) * len(cls._fields))
        return whole._replace(top=zero - INF, tail=zero - 1.0)

    def merged(self, other: Sums) -> Sums:
        """Over the classes of both; the label is one's or the other's."""
        first = (self.top >= other.top) | torch.isnan(self.top)
        near, far = _chosen(first, self, other), _chosen(~first, self, other)
        # Tops that are equal may be infinite.
        away = torch.where(near.top == far.top, 0.0, near.top - far.top)
        power = torch.exp(-away)
        whole = torch.where(far.tail == -1.0, 0.0, (1.0 + far.tail) * power)
        fall = torch.where(far.mass == 0, 0.0, far.mass * away)
        off = torch.where(whole == 0, 0.0, far.c - near.c)
        moved = torch.where(far.mass == 0, 0.0, far.mass * (far.c - near.c))
        rest = torch.where(whole == 0, 0.0, power * far.rest)
        return Sums(
            near.top,
            near.tail + whole,
            near.fall + (far.fall + fall),
            near.mass + far.mass,
            near.c,
            near.rest + (rest + whole * off),
            near.moment + (far.moment + moved),
            self.z + other.z,
            self.g + other.g,
        )


def _chosen(first: Tensor, a: Sums, b: Sums) -> Sums:
    return Sums(*(torch.where(first, x, y) for x, y in zip(a, b, strict=True)))


class Factors(NamedTuple):
    """Of each row: the gradient is factor exp(z - top) - share t.

    Its derivative is exp(z - top) (factor C(g) + second), C(g) = g - c - rest.
    """

    top: Tensor
    factor: Tensor
    share: Tensor
    second: Tensor
    c: Tensor
    rest: Tensor


@dataclass(frozen=True)
class LinearRows:
    """Some rows, merged over all classes."""

    sums: Sums
    targets: LinearTargets
    rows: slice
    z_loss: float

    @property
    def mass(self) -> Tensor:
        return self.targets.mass[self.rows]

    @property
    def own(self) -> Tensor:
        return self.targets.own[self.rows]

    @property
    def whole(self) -> Tensor:
        """S, and 1 where nothing is alive."""
        return torch.where(self.empty, 1.0, 1.0 + self.sums.tail)

    @property
    def empty(self) -> Tensor:
        """Rows without a live class, and those that count nothing."""
        dead, ignored = self.sums.top == -INF, self.targets.ignored
        return dead if ignored is None else dead | ignored[self.rows]

    @property
    def logsumexp(self) -> Tensor:
        return torch.where(
            self.sums.top == -INF, -INF, self.sums.top + torch.log1p(self.sums.tail)
        )

    @property
    def loss(self) -> Tensor:
        z, top = self.sums.z, self.sums.top
        fall = torch.where(z == top, 0.0, self.own * (top - z))
        value = self.sums.fall + torch.where(self.own == 0, 0.0, fall)
        value = value + _times(self.mass, torch.log1p(self.sums.tail))
        if self.z_loss:
            value = value + _times(self.mass, self.z_loss * self.logsumexp**2)
        nothing = torch.where(self.mass > 0, INF, self.mass * 0.0)
        return torch.where(self.empty, nothing, value)

    @property
    def loss_dot(self) -> Tensor:
        """k mean(g) - sum t g, with the means about one number of the row."""
        rest, c = self.sums.rest / self.whole, self.sums.c
        label = self._alive(self.sums.g - c, -c)
        dot = self.mass * rest - self.sums.moment
        dot = dot - torch.where(self.own == 0, 0.0, self.own * label)
        if self.z_loss:
            slope = 2.0 * self.z_loss * self.logsumexp * self.mass
            dot = dot + _times(slope, c + rest)
        return torch.where(self.empty, 0.0, dot)

    def factors(self, share: Tensor) -> Factors:
        """What makes a tile of logits the gradient of sum share loss."""
        rest = self.sums.rest / self.whole
        factor = torch.where(self.empty, 0.0, share * self._pull / self.whole)
        bend = 2.0 * self.z_loss * self.mass * (self.sums.c + rest)
        second = torch.where(self.empty, 0.0, share * bend / self.whole)
        ignored = self.targets.ignored
        if ignored is not None:
            share = torch.where(ignored[self.rows], 0.0, share)
        return Factors(self.sums.top, factor, share, second, self.sums.c, rest)

    def label_gradient(self, share: Tensor) -> Tensor:
        """The gradient at the label, from the sum of the others and never p - 1."""
        z, best = self.sums.z, self.sums.z == self.sums.top
        p = torch.where(best, 1.0, torch.exp(z - self.sums.top)) / self.whole
        others = torch.where(best, self.sums.tail / self.whole, 1.0 - p)
        labels = self.targets.labels
        assert labels is not None
        smoothed = self.targets.smoothing_at(labels[self.rows])
        pull = _times(self._pull - self.mass, p) - self.mass * others
        pull = pull + (self.mass - self.own - smoothed)
        return self._alive(torch.where(self.empty, 0.0, share * pull), 0.0)

    @property
    def _pull(self) -> Tensor:
        if not self.z_loss:
            return self.mass
        return self.mass * (1.0 + 2.0 * self.z_loss * self.logsumexp)

    def _alive(self, at_label: Tensor, otherwise: Any) -> Tensor:
        """The first where the label is alive: no seed is read where it is dead."""
        return torch.where(self.sums.z == -INF, otherwise, at_label)


def _times(a: Tensor, b: Tensor) -> Tensor:
    """a b, where an a of 0 wins over any b."""
    return torch.where(a == 0, 0.0, a * b)
