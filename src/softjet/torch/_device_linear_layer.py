"""The last layer on a device: blocks of h, W and b, and the logits of any of them.

A class whose bias is -inf is dead: its row of W and its tangents are never read into
an answer, even if NaN.  Nor are rows of h that are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from ._device_linear_rows import Sums
from ._device_numbers import INF
from ._device_products import add_product, product

Tensor = Any


class Primals(NamedTuple):
    """h (N, D), W (V, D) and b (V,) or None; or their tangents, any of them None."""

    h: Tensor
    W: Tensor
    b: Tensor


NO_DOTS = Primals(None, None, None)


class Block(NamedTuple):
    """Logits of some rows and classes, and their tangents, if any."""

    z: Tensor
    g: Tensor | None


@dataclass(frozen=True)
class Layer:
    """The primals and tangents as they came; dtype is that of all of them together."""

    primals: Primals
    dots: Primals
    dtype: torch.dtype
    work: torch.dtype
    cap: float | None
    dead: Tensor | None
    copied: int = 1 << 20
    ignored: Tensor | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, width, classes."""
        h, W = self.primals.h, self.primals.W
        return h.shape[0], h.shape[1], W.shape[0]

    @property
    def tight(self) -> float:
        """1 / c of a soft cap, or 0."""
        return 0.0 if self.cap is None else 1.0 / self.cap

    def rows(self, x: Tensor, rows: slice) -> Tensor:
        """Rows of h, or of its tangent; 0 where they are ignored."""
        if x is None:
            return None
        part = x[rows].to(self.dtype)
        if self.ignored is None:
            return part
        return part.masked_fill(self.ignored[rows, None], 0.0)

    def copies(self, classes: slice) -> list[slice]:
        """Classes in pieces whose rows of W, or sums for them, may be copied."""
        if self.dead is None and self.dtype == self.work:
            return [classes]
        whole = range(classes.start, classes.stop, self.copied)
        return [slice(k, min(k + self.copied, classes.stop)) for k in whole]

    def classes(self, W: Tensor, classes: slice) -> Tensor:
        """Rows of W, or of its tangent; 0 where a class is dead."""
        part = W[classes].to(self.dtype)
        if self.dead is None:
            return part
        return part.masked_fill(self.dead[classes, None], 0.0)

    # -- logits ------------------------------------------------------------------------

    def block(self, rows: slice, classes: slice) -> Block:
        """z = h W^T + b, capped; and g, its derivative along the tangents.

        g = (h_dot W^T + h W_dot^T + b_dot) times the slope of the cap
        """
        h = self.rows(self.primals.h, rows)
        z = self._times(h, self.primals.W, classes)
        if self.primals.b is not None:
            z.add_(self.primals.b[classes].to(self.work))
        if self.cap is not None:
            z.mul_(self.tight).tanh_().mul_(self.cap)
        if self.dead is not None:
            # Dead before any formula: c tanh would bring it back at -c.
            z.masked_fill_(self.dead[classes], -INF)
        if self.dots is NO_DOTS:
            return Block(z, None)
        return Block(z, self._tangents(h, rows, classes, z))

    def _tangents(self, h: Tensor, rows: slice, classes: slice, z: Tensor) -> Tensor:
        dots = self.dots
        g = torch.zeros_like(z)
        if dots.h is not None:
            g = self._times(self.rows(dots.h, rows), self.primals.W, classes)
        if dots.W is not None:
            add_product(g, h, dots.W[classes].T, self.dtype)
        if dots.b is not None:
            g.add_(dots.b[classes].to(self.work))
        if self.cap is not None:
            g.mul_(slope(z, self.tight))
        return g.masked_fill_(z == -INF, 0.0)

    def _times(self, h: Tensor, W: Tensor, classes: slice) -> Tensor:
        return product(h, W[classes].T, self.dtype)


def slope(z: Tensor, tight: float) -> Tensor:
    """1 - (z / c)^2: how much of a tangent passes the soft cap."""
    share = z * tight
    return (1.0 + share).mul_(share.neg_().add_(1.0))


# -- statistics ------------------------------------------------------------------------


def look(block: Block, t: Tensor | None, labels: Tensor | None, wide: Any) -> Sums:
    """The sums of a block of logits, which stays as it is.

    labels   the label of each row among the classes of the block, beyond it if not one
    """
    z, g = block
    count, classes = z.shape
    sums = Sums.none(count, wide, z.device)
    if not classes:
        return sums
    top, first = z.max(-1)
    e = exponentials(z, top).scatter_(1, first[:, None], 0.0)
    tail = torch.where(top == -INF, -1.0, e.sum(-1).to(wide))
    sums = sums._replace(top=top.to(wide), tail=tail)
    c = None
    if g is not None:
        c = g.gather(1, first[:, None])
        rest = e.mul_(g - c).sum(-1)
        sums = sums._replace(c=c[:, 0].to(wide), rest=rest.to(wide))
    del e
    if t is not None:
        sums = _weighed(sums, block, t, c)
    return sums if labels is None else _labelled(sums, block, labels)


def exponentials(z: Tensor, top: Tensor) -> Tensor:
    """exp(z - top): 0 where z is -inf, and the limit where the top is +inf."""
    return (z - held(top)).clamp_(max=0.0).exp_()


def turned_exponentials(z: Tensor, top: Tensor) -> Tensor:
    """The same in place of z."""
    return z.sub_(held(top)).clamp_(max=0.0).exp_()


def held(top: Tensor) -> Tensor:
    """A finite top, from which +inf is far above and -inf far below."""
    most = torch.finfo(top.dtype).max
    return top.clamp(-most, most)[..., None]


def _weighed(sums: Sums, block: Block, t: Tensor, c: Tensor | None) -> Sums:
    top, wide = sums.top.to(t.dtype), sums.top.dtype
    mass = t.sum(-1).to(wide).expand(top.shape)
    away = (held(top) - block.z).clamp_(min=0.0).mul_(t).masked_fill_(t == 0, 0.0)
    fall = away.sum(-1).to(wide)
    fall = torch.where((sums.top == INF) & (fall > 0), INF, fall)
    sums = sums._replace(mass=mass, fall=fall)
    if block.g is None or c is None:
        return sums
    moments = (block.g - c).mul_(t).masked_fill_(t == 0, 0.0)
    return sums._replace(moment=moments.sum(-1).to(wide))


def _labelled(sums: Sums, block: Block, labels: Tensor) -> Sums:
    classes, wide = block.z.shape[1], sums.top.dtype
    inside = (labels >= 0) & (labels < classes)
    place = labels.clamp(0, classes - 1)[..., None]

    def picked(x: Tensor) -> Tensor:
        return torch.where(inside, x.gather(1, place)[:, 0].to(wide), 0.0)

    sums = sums._replace(z=picked(block.z))
    return sums if block.g is None else sums._replace(g=picked(block.g))
