"""What attention's backward modes add up, and what its products may read.

A score is -inf where a key is not seen, before any formula.  What is not finite is left
out of the products, since 0 times NaN would be NaN; where it has a weight, the row that
sees it is NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from ._device_attention_call import Call, Piece
from ._device_linear_layer import turned_exponentials
from ._device_numbers import INF
from ._device_products import add_product, product

Tensor = Any
Tensors = tuple[Any, ...]


def clean(x: Tensor) -> Tensor:
    """0 in the place of what is not finite."""
    return torch.where(torch.isfinite(x), x, 0.0)


def marks(x: Tensor) -> Tensor:
    """1 for each row with anything that is not finite, in a column."""
    return (~torch.isfinite(x)).any(-1, keepdim=True).to(x.dtype)


def spoil(x: Tensor, weight: Any) -> Tensor:
    """NaN in rows in which something that is not finite has a weight."""
    return torch.where(weight > 0, torch.nan, x) if torch.is_tensor(weight) else x


def moved(piece: Piece, keys: slice, dots: Tensors, dead: Tensor) -> Tensor:
    """The tangent of the scores, 0 where they are -inf."""
    call = piece.call
    parts = []
    if dots[0] is not None:
        parts.append(piece.times(dots[0], call.k, keys))
    if dots[1] is not None:
        parts.append(piece.times(call.q, dots[1], keys))
    if not parts:
        return torch.zeros(dead.shape, dtype=call.work, device=dead.device)
    whole = parts[0] if len(parts) == 1 else parts[0].add_(parts[1])
    return whole.mul_(call.scale).masked_fill_(dead, 0.0)


class Found(NamedTuple):
    """What is known of a piece's rows: seeds are s_dot, dP and dP_dot."""

    top: Tensor
    place: Tensor
    share: Tensor
    c: Any
    means: Any
    bent: Tensor  # <P, h a>


class Bars:
    """q_bar, k_bar and v_bar, or their derivatives, while they are added up."""

    def __init__(self, call: Call, bar: Tensor, dots: Any = None) -> None:
        self.call, self.bar, self.dots = call, bar, dots
        self.clean_bar, self.marks = clean(bar), marks(bar)
        self.q, self.k = clean(call.q), clean(call.k)
        self.clean_dots = [
            None if x is None else clean(x) for x in (dots or (None, None))[:2]
        ]
        wide, arrays = call.wide, (call.q, call.k, call.v)
        self.bars = [torch.zeros_like(x, dtype=wide) for x in arrays]
        self.spoilt = torch.zeros_like(self.bars[2][..., :1])

    def seeds(self, piece: Piece, keys: slice, dead: Tensor) -> list[Tensor]:
        """s_dot, dP and dP_dot of a block."""
        first = moved(piece, keys, self.dots, dead)
        second = self._slopes(piece, keys, self.call.v, dead)
        v_dot = self.dots[2]
        if v_dot is None:
            return [first, second, torch.zeros_like(first)]
        return [first, second, self._slopes(piece, keys, v_dot, dead)]

    def _slopes(self, piece: Piece, keys: slice, v: Tensor, dead: Tensor) -> Tensor:
        return piece.times(self.bar, v, keys).masked_fill_(dead, 0.0)

    def add(self, piece: Piece, rows: Found) -> None:
        """Add what a piece gives, key block by key block."""
        wide = self.call.wide
        out = torch.zeros(
            *piece.size, self.q.shape[-1], dtype=wide, device=self.q.device
        )
        for keys in piece.seen():
            s = piece.scores(keys)
            dead = s == -INF
            P = _weights(s, rows).masked_fill_(dead, 0.0)
            self._add_marks(piece, keys, P)
            # A row at +inf is the limit: it does not move.
            still = dead | (rows.top == INF)[..., None]
            if self.dots is None:
                self._pull(piece, keys, rows, P, dead, still, out)
            else:
                self._bend(piece, keys, rows, P, dead, still, out)
        piece.put(self.bars[0], out)

    def _pull(
        self, piece: Piece, keys: slice, rows: Found, P: Tensor, *rest: Tensor
    ) -> None:
        dead, still, out = rest
        a = self._about(self._slopes(piece, keys, self.call.v, dead), keys, rows, 1)
        self._add_keys(2, piece, keys, P, self.clean_bar)
        dS = a.mul_(P).masked_fill_(still, 0.0)
        add_product(out, dS, self.k[piece.heads, keys], self.call.dtype)
        self._add_keys(1, piece, keys, dS, self.q)

    def _bend(
        self, piece: Piece, keys: slice, rows: Found, P: Tensor, *rest: Tensor
    ) -> None:
        dead, still, out = rest
        seeds = self.seeds(piece, keys, dead)
        h, a, b = (self._about(f, keys, rows, k) for k, f in enumerate(seeds))
        b.addcmul_(h, a).sub_(rows.bent.to(b.dtype)[..., None])
        dS_dot = b.mul_(P).masked_fill_(still, 0.0)
        dS = a.mul_(P).masked_fill_(still, 0.0)
        P_dot = h.mul_(P).masked_fill_(still, 0.0)
        dtype = self.call.dtype
        add_product(out, dS_dot, self.k[piece.heads, keys], dtype)
        self._add_keys(1, piece, keys, dS_dot, self.q)
        self._add_keys(2, piece, keys, P_dot, self.clean_bar)
        q_dot, k_dot = self.clean_dots
        if k_dot is not None:
            add_product(out, dS, k_dot[piece.heads, keys], dtype)
        if q_dot is not None:
            self._add_keys(1, piece, keys, dS, q_dot)

    def _about(self, f: Tensor, keys: slice, rows: Found, k: int) -> Tensor:
        """A seed less its mean; exactly minus that of the others at the top."""
        f.sub_(rows.c[k].to(f.dtype)[..., None])
        place = (rows.place - keys.start)[..., None]
        inside = (place >= 0) & (place < f.shape[-1])
        place = place.clamp(0, f.shape[-1] - 1)
        f.scatter_(-1, place, torch.where(inside, 0.0, f.gather(-1, place)))
        return f.sub_(rows.means[k].to(f.dtype)[..., None])

    def _add_keys(
        self, which: int, piece: Piece, keys: slice, slopes: Tensor, x: Tensor
    ) -> None:
        """k_bar or v_bar += slopes^T x."""
        out = self.bars[which][piece.heads, keys]
        add_product(out, slopes.transpose(1, 2), piece.of(x), self.call.dtype)

    def _add_marks(self, piece: Piece, keys: slice, P: Tensor) -> None:
        marks = piece.of(self.marks)
        weight = product(P.transpose(1, 2), marks, self.call.dtype)
        self.spoilt[piece.heads, keys] += weight

    def delivered(self) -> Tensors:
        scale = self.call.scale
        q, k, v = self.bars
        found = q.mul_(scale), k.mul_(scale), spoil(v, self.spoilt)
        return tuple(self.call.gathered(bar, n) for n, bar in enumerate(found))


def _weights(s: Tensor, rows: Found) -> Tensor:
    """softmax of a block of scores, in their place."""
    return turned_exponentials(s, rows.top).mul_(rows.share.to(s.dtype)[..., None])
