"""The arguments of attention on a device, read once, and its scores block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch

from ..errors import Refusal
from ..fused._attention_call import leading_axes
from ..fused._attention_options import Sight, scale_of, sight_of
from ._device_blocks import AttentionBlocks, attention
from ._device_numbers import INF, row_dtype, work_of
from ._device_products import product
from ._device_shapes import stand_in
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


@dataclass(frozen=True)
class Call:
    """q as (N, G, T_q, E), k and v as (N, T_k, width): N heads of k and v in all, each
    shared by G query heads.  sinks is (N, G) or None."""

    q: Tensor
    k: Tensor
    v: Tensor
    shapes: Tensors  # of q, k and v as they came
    batch: tuple[int, ...]
    dtype: torch.dtype
    scale: float
    sight: Sight
    mask: Tensor
    sinks: Tensor
    blocks: AttentionBlocks

    @property
    def work(self) -> torch.dtype:
        return work_of(self.dtype)

    @property
    def wide(self) -> torch.dtype:
        return row_dtype(self.q)

    @property
    def lead(self) -> tuple[int, ...]:
        """The shape of one number a query."""
        heads, queries, _ = self.shapes[0][-3:]
        return (*self.batch, heads, queries)

    def spread(self, x: Tensor, which: int) -> Tensor:
        """A tangent as the primal lies."""
        if x is None:
            return None
        like = (self.q, self.k, self.v)[which]
        return _spread(x.to(self.dtype), self.batch, like.shape)

    def gathered(self, bar: Tensor, which: int) -> Tensor:
        """A cotangent in its primal's shape: summed where that was spread."""
        shape = self.shapes[which]
        whole = bar.reshape(*self.batch, *shape[-3:])
        return whole.sum_to_size(shape).to(self.dtype)

    def queries(self, x: Tensor) -> Tensor:
        """Something of each query, (..., H, T_q, width), as (N, G, T_q, width)."""
        return x.to(self.dtype).reshape(*self.q.shape[:3], x.shape[-1])

    def pieces(self) -> Iterator[Piece]:
        """Some heads and queries at a time."""
        (heads, _, queries, _), cut = self.q.shape, self.blocks
        for n in range(0, heads, cut.heads):
            for i in range(0, queries, cut.queries):
                rows = slice(i, min(i + cut.queries, queries))
                yield Piece(self, slice(n, min(n + cut.heads, heads)), rows)


@dataclass(frozen=True)
class Piece:
    """Some queries of some heads: R rows, of all query heads that share a key head."""

    call: Call
    heads: slice
    rows: slice

    @property
    def size(self) -> tuple[int, int]:
        """n and R."""
        group, count = self.call.q.shape[1], self.rows.stop - self.rows.start
        return self.heads.stop - self.heads.start, group * count

    def of(self, x: Tensor) -> Tensor:
        """Its rows of something of each query: (n, R, width)."""
        return x[self.heads, :, self.rows].flatten(1, 2)

    def put(self, whole: Tensor, part: Tensor) -> None:
        place = whole[self.heads, :, self.rows]
        place.copy_(part.reshape(place.shape))

    def seen(self) -> Iterator[slice]:
        """Blocks of keys, but for those that none of the queries sees."""
        sight, count = self.call.sight, self.call.k.shape[1]
        first = max(0, self.rows.start + sight.offset - sight.left)
        last = min(count, self.rows.stop + sight.offset + sight.right)
        for j in range(first, last, self.call.blocks.keys):
            yield slice(j, min(j + self.call.blocks.keys, last))

    def scores(self, keys: slice) -> Tensor:
        """scale q k^T + mask, (n, R, keys); -inf where a query does not see a key."""
        call = self.call
        s = self.times(call.q, call.k, keys).mul_(call.scale)
        whole = s.view(s.shape[0], -1, self.rows.stop - self.rows.start, s.shape[2])
        if call.mask is not None:
            part = self._mask(keys)
            if part.dtype is torch.bool:
                whole.masked_fill_(~part, -INF)
            else:
                whole.add_(part.to(call.work)).masked_fill_(part == -INF, -INF)
        if not self._open(keys):
            whole.masked_fill_(~self._live(keys), -INF)
        return s

    def times(self, x: Tensor, y: Tensor, keys: slice) -> Tensor:
        """x y^T for something of each query, and something of each key."""
        y = y[self.heads, keys].transpose(1, 2)
        return product(self.of(x), y, self.call.dtype)

    def sinks(self) -> Tensor:
        """A logit for each row, (n, R), or None."""
        if self.call.sinks is None:
            return None
        count = self.rows.stop - self.rows.start
        return self.call.sinks[self.heads].repeat_interleave(count, 1)

    def _open(self, keys: slice) -> bool:
        """Whether every query sees every key."""
        sight = self.call.sight
        least = keys.start - (self.rows.stop - 1 + sight.offset)
        most = keys.stop - 1 - (self.rows.start + sight.offset)
        return least >= -sight.left and most <= sight.right

    def _live(self, keys: slice) -> Tensor:
        sight, device = self.call.sight, self.call.q.device
        i = torch.arange(self.rows.start, self.rows.stop, device=device)
        j = torch.arange(keys.start, keys.stop, device=device)
        away = j[None, :] - (i[:, None] + sight.offset)
        return (away >= -sight.left) & (away <= sight.right)

    def _mask(self, keys: slice) -> Tensor:
        """The mask of a block, which broadcasts to (n, G, rows, keys)."""
        mask = self.call.mask
        tall, wide = mask.shape[-2:]
        part = mask[
            ...,
            self.rows if tall > 1 else slice(None),
            keys if wide > 1 else slice(None),
        ]
        if math.prod(part.shape[:-2]) == 1:
            return part.reshape(1, 1, *part.shape[-2:])
        return part[self._places(tuple(part.shape[:-2]))]

    def _places(self, shape: tuple[int, ...]) -> tuple[Tensor, ...]:
        """Where each head lies along leading axes, of which some are 1."""
        call, device = self.call, self.call.q.device
        group = call.q.shape[1]
        rest = torch.arange(self.heads.start, self.heads.stop, device=device)[:, None]
        rest = rest * group + torch.arange(group, device=device)
        places = []
        for size, own in zip(reversed(call.lead[:-1]), reversed(shape), strict=False):
            places.append(rest % size if own > 1 else torch.zeros_like(rest))
            rest = rest // size
        return tuple(reversed(places))


def read(plan: Plan, primals: Tensors, given: Tensors) -> Call:
    """The arguments of a call, or a refusal of those that do not fit together."""
    batch = tuple(leading_axes([stand_in(x) for x in primals]))
    q, k, v = primals
    mask, sink = given
    dtype = reduce(torch.promote_types, (x.dtype for x in primals))
    count, (heads, queries, width) = math.prod(batch), q.shape[-3:]
    few, keys = k.shape[-3:-1]
    group = heads // max(1, few)
    tall = (count * few, group, queries, width)
    sight = sight_of(plan["causal"], plan["alignment"], plan["window"], queries, keys)
    if mask is not None:
        mask = _mask(mask, (*batch, heads, queries, keys))
    if sink is not None:
        wide = torch.broadcast_to(sink, (*batch, heads)).to(row_dtype(q))
        sink = wide.reshape(count * few, group)
    return Call(
        _spread(q.to(dtype), batch, tall),
        _spread(k.to(dtype), batch, (count * few, keys, width)),
        _spread(v.to(dtype), batch, (count * few, keys, v.shape[-1])),
        tuple(tuple(x.shape) for x in primals),
        batch,
        dtype,
        scale_of(plan["scale"], width),
        sight,
        mask,
        sink,
        attention(count * few, group, queries, keys),
    )


def _spread(x: Tensor, batch: tuple[int, ...], shape: Any) -> Tensor:
    """With all of the leading axes, in one."""
    return x.expand(*batch, *x.shape[-3:]).reshape(shape)


def _mask(mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A mask with all axes of the scores, broadcast ones as one number."""
    if not (mask.dtype is torch.bool or mask.dtype.is_floating_point):
        raise Refusal(
            "mask-dtype",
            "an integer mask may be meant either way",
            got=f"mask of dtype {mask.dtype}",
            want="booleans (True takes part), or floats that are added to the scores",
            hint="mask.bool()",
        )
    own = (1,) * (len(shape) - mask.ndim) + tuple(mask.shape)
    fits = len(own) == len(shape) and all(
        n in (1, whole) for n, whole in zip(own, shape, strict=True)
    )
    if not fits:
        raise Refusal(
            "mask-shape",
            "mask does not broadcast to the scores",
            got=f"mask {tuple(mask.shape)}",
            want=f"a shape that broadcasts to {shape}",
        )
    return mask.reshape(own)
