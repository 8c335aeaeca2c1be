"""Rows of scores merged block by block: the online softmax, and means under it.

    top = max s,  tail = sum exp(s - top) of all but one largest entry
    r = sum exp(s - top) (f - c)                of seeds f, c the seed at that entry
    O = sum exp(s - top) V                      of all but that entry

What is taken about the largest entry is exactly 0 there: a row that is sure of one key
keeps the digits of what is left.  When another entry becomes the largest, the old one
joins the others.  A sink stands first: it is a largest entry whose V and seeds are 0.
"""

from __future__ import annotations

from typing import Any

import torch

from ._device_attention_call import Piece
from ._device_linear_layer import held
from ._device_numbers import INF
from ._device_products import product

Tensor = Any


class Merge:
    """The rows of a piece, over the keys that were added.

    top, place     the largest score, and its key: -1 for none, and for the sink
    own            its exponential: 1, or 0 where there is none
    V, O           its values, and the sum of the others'
    c, r           of each seed
    cross          sum exp(s - top) (f - c) (g - c') of the first two seeds
    A              sum exp(s - top) (f - c) V of the first seed
    """

    def __init__(
        self, piece: Piece, width: int, seeds: int = 0, moved: int = 0
    ) -> None:
        call = piece.call
        self.dtype, self.wide = call.dtype, call.wide
        shape, device = piece.size, call.q.device

        def zeros(*more: int, dtype: torch.dtype = call.wide) -> Tensor:
            return torch.zeros(*shape, *more, dtype=dtype, device=device)

        sinks = piece.sinks()
        sinks = zeros() - INF if sinks is None else sinks
        self.top = sinks.to(call.work)
        self.own = _own(sinks, self.top)
        self.place = zeros(dtype=torch.int64) - 1
        self.tail = zeros()
        self.V, self.O = zeros(width, dtype=call.work), zeros(width)
        self.c = [zeros() for _ in range(seeds)]
        self.r = [zeros() for _ in range(seeds)]
        self.cross, self.A = zeros(), zeros(moved)

    def add(
        self, first: int, s: Tensor, seeds: list[Tensor], values: Tensor = None
    ) -> None:
        """Add a block of keys, the first of which is key `first`; s and seeds are lost.

        s and seeds (n, R, keys), the seeds 0 where s is -inf; values (n, keys, width),
        all finite.
        """
        best, at = s.max(-1)
        moved = (best > self.top) | torch.isnan(best)
        top = torch.where(moved, best, self.top)
        power = torch.where(self.top == top, 1.0, torch.exp(self.top - top))
        power = power.to(self.wide)
        at = at[..., None]
        e = s.sub_(held(top)).clamp_(max=0.0).exp_()
        e.scatter_(-1, at, torch.where(moved[..., None], 0.0, e.gather(-1, at)))
        steps = self._moved_seeds(moved, at, seeds)
        self._add_means(power, e, seeds, steps)
        joined = torch.where(moved, self.own, 0.0)
        if values is not None:
            self._add_values(power, e, seeds, steps, joined, moved, at, values)
        self.tail = power * (self.tail + joined) + e.sum(-1).to(self.wide)
        self.own = torch.where(moved, 1.0, self.own)
        self.place = torch.where(moved, at[..., 0] + first, self.place)
        self.top = top

    def _moved_seeds(
        self, moved: Tensor, at: Tensor, seeds: list[Tensor]
    ) -> list[Tensor]:
        """Seeds less their value at the largest entry; how far that has moved."""
        steps = []
        for k, f in enumerate(seeds):
            here = f.gather(-1, at)[..., 0]
            c = torch.where(moved, here.to(self.wide), self.c[k])
            steps.append(torch.where(moved, self.c[k] - c, 0.0))
            self.c[k] = c
            f.sub_(c.to(f.dtype)[..., None])
        return steps

    def _add_means(
        self, power: Tensor, e: Tensor, seeds: list[Tensor], steps: list[Tensor]
    ) -> None:
        whole = self.own + self.tail
        if len(seeds) > 1:
            (f, g), (a, b) = seeds[:2], steps[:2]
            cross = self.cross + a * self.r[1] + b * self.r[0] + a * b * whole
            block = (f * g).mul_(e).sum(-1)
            self.cross = power * cross + block.to(self.wide)
        for k, (f, step) in enumerate(zip(seeds, steps, strict=True)):
            block = (f * e).sum(-1).to(self.wide)
            self.r[k] = power * (self.r[k] + step * whole) + block

    def _add_values(
        self,
        power: Tensor,
        e: Tensor,
        seeds: list[Tensor],
        steps: list[Tensor],
        joined: Tensor,
        moved: Tensor,
        at: Tensor,
        values: Tensor,
    ) -> None:
        power = power[..., None]
        width = self.A.shape[-1]
        if width:
            whole = (self.own[..., None] * self.V + self.O)[..., :width]
            block = product(seeds[0] * e, values[..., :width], self.dtype)
            self.A = power * (self.A + steps[0][..., None] * whole) + block
        block = product(e, values, self.dtype)
        self.O = power * (self.O + joined[..., None] * self.V) + block
        here = values.gather(1, at.expand(-1, -1, values.shape[-1])).to(self.V.dtype)
        self.V = torch.where(moved[..., None], here, self.V)

    # -- once all keys are added -------------------------------------------------------

    @property
    def share(self) -> Tensor:
        """1 / sum exp(s - top), and 0 where nothing is alive."""
        whole = self.own + self.tail
        return torch.where(whole == 0, 0.0, 1.0 / whole)

    def mean(self, k: int) -> Tensor:
        """The mean of a seed less its value at the largest entry."""
        return self.r[k] * self.share

    def values(self) -> Tensor:
        """softmax(s) V."""
        whole = self.own[..., None] * self.V + self.O
        return whole * self.share[..., None]

    def values_about_top(self) -> Tensor:
        """softmax(s) V less V at the largest entry."""
        return (self.O - self.tail[..., None] * self.V) * self.share[..., None]


def _own(sinks: Tensor, top: Tensor) -> Tensor:
    """The sink's exponential about what it was rounded to."""
    rest = torch.where(torch.isfinite(sinks), sinks - top.to(sinks.dtype), 0.0)
    return torch.where(sinks == -INF, 0.0, torch.exp(rest))
