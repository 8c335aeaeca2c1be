"""Attention on a device: a softmax of scores that is never stored, and its derivatives.

    s = scale q k^T + mask,   P = softmax(s),   o = P v
    o_dot = P_dot v + P v_dot,   P_dot = P h,   h = s_dot - <P, s_dot>     pushforward
    dS = P a,   a = dP - <P, dP>,   dP = o_bar v^T
    q_bar = scale dS k,   k_bar = scale dS^T q,   v_bar = P^T o_bar           pullback
    dS_dot = P (h a - <P, h a> + dP_dot - <P, dP_dot>)                       curvature

In blocks of queries by keys, in O(T) memory.  Every mode passes over the keys of a
block of queries once for the rows' numbers, and the backward ones once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from ._device_attention_bars import Bars, Found, clean, marks, moved, spoil
from ._device_attention_call import Call, read
from ._device_attention_merge import Merge
from ._device_numbers import INF
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    return _forward(read(plan, primals, given))[0]


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    call = read(plan, primals, given)
    dots = tuple(call.spread(dot, which) for which, dot in enumerate(tangents))
    moving = dots[0] is not None or dots[1] is not None
    width = call.v.shape[-1]
    parts = [call.v] if dots[2] is None else [call.v, dots[2]]
    values = torch.cat([*map(clean, parts), *map(marks, parts)], -1)
    o_dot = _room(call)
    for piece in call.pieces():
        rows = Merge(piece, values.shape[-1], moving, width if moving else 0)
        for keys in piece.seen():
            s = piece.scores(keys)
            seeds = [moved(piece, keys, dots, s == -INF)] if moving else []
            rows.add(keys.start, s, seeds, values[piece.heads, keys])
        found, spoilt = rows.values(), 0.0
        if moving:
            turned = rows.A * rows.share[..., None]
            turned = turned - rows.mean(0)[..., None] * found[..., :width]
            spoilt = found[..., -len(parts) :][..., :1]
            turned = turned.masked_fill_((rows.top == INF)[..., None], 0.0)
        answer = turned if moving else torch.zeros_like(found[..., :width])
        if dots[2] is not None:
            answer = answer + found[..., width : 2 * width]
            spoilt = spoilt + found[..., -1:]
        piece.put(o_dot, spoil(answer, spoilt))
    return _delivered(call, o_dot)


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    return linearised(plan, primals, given)[1](cotangent)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    call = read(plan, primals, given)
    dots = tuple(call.spread(dot, which) for which, dot in enumerate(tangents))
    bars = Bars(call, call.queries(cotangent), dots)
    for piece in call.pieces():
        rows = Merge(piece, 0, seeds=3)
        for keys in piece.seen():
            s = piece.scores(keys)
            rows.add(keys.start, s, bars.seeds(piece, keys, s == -INF))
        means = tuple(rows.mean(k) for k in range(3))
        bent = rows.cross * rows.share - means[0] * means[1]
        bars.add(piece, Found(rows.top, rows.place, rows.share, rows.c, means, bent))
    return bars.delivered()


def linearised(
    plan: Plan, primals: Tensors, given: Tensors
) -> tuple[Tensor, Callable[[Tensor], Tensors]]:
    """The value, and its pullback, for which the rows' numbers are kept."""
    call = read(plan, primals, given)
    o, kept = _forward(call, keep=True)

    def pull(o_bar: Tensor) -> Tensors:
        bars = Bars(call, call.queries(o_bar))
        for piece, rows in zip(call.pieces(), kept, strict=True):
            bar = piece.of(bars.bar).to(call.wide)
            c, mean = ((bar * x).sum(-1) for x in (rows.V, rows.about_top))
            told = rows.top, rows.place, rows.share
            bars.add(piece, Found(*told, [None, c], (None, mean), None))
        return bars.delivered()

    return o, pull


# -- forward ---------------------------------------------------------------------------


class Kept(NamedTuple):
    """What a pullback needs of a piece: a number a row or few, and v about its top."""

    top: Tensor
    place: Tensor
    share: Tensor
    V: Tensor
    about_top: Tensor


def _forward(call: Call, keep: bool = False) -> tuple[Tensor, list[Kept]]:
    values, width = torch.cat((clean(call.v), marks(call.v)), -1), call.v.shape[-1]
    o, kept = _room(call), list[Kept]()
    for piece in call.pieces():
        rows = Merge(piece, width + 1)
        for keys in piece.seen():
            rows.add(keys.start, piece.scores(keys), [], values[piece.heads, keys])
        found = rows.values()
        piece.put(o, spoil(found[..., :width], found[..., width:]))
        if keep:
            about = spoil(rows.values_about_top()[..., :width], found[..., width:])
            V, about = rows.V[..., :width], about.to(call.work)
            kept.append(Kept(rows.top, rows.place, rows.share, V, about))
    return _delivered(call, o), kept


def _room(call: Call) -> Tensor:
    shape = (*call.q.shape[:3], call.v.shape[-1])
    return torch.zeros(shape, dtype=call.dtype, device=call.q.device)


def _delivered(call: Call, o: Tensor) -> Tensor:
    return o.reshape(*call.lead, o.shape[-1])
