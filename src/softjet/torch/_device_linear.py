"""The last layer and its loss on a device: the logits are never stored.

    z = h W^T + b                                      logits, a block at a time
    L = -<t, log_softmax(z)> + z_loss sum(t) lse(z)^2  of each row
    h_bar = G W,   W_bar = G^T h,   b_bar = sum_i G_i,   G = dL / dz

As fused/linear_cross_entropy.py, forward mode and second order too, in blocks within
`memory` bytes beyond the outputs (and h_bar in float32, where the inputs are narrower).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any, NamedTuple

import torch

from ..fused._linear_options import refuse_shapes
from ..rules._stable import extended_total
from ._device_blocks import LinearSizes, linear
from ._device_linear_layer import NO_DOTS, Layer, Primals
from ._device_linear_passes import Gradients, Pass
from ._device_linear_targets import LinearTargets
from ._device_numbers import INF, work_of, xp
from ._device_shapes import stand_in
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


class Call(NamedTuple):
    """A call made ready: its way over the blocks, and what divides the sum."""

    way: Pass
    batch: tuple[int, ...]
    apart: bool
    mass: Tensor

    def reduced(self, numbers: Tensor) -> Tensor:
        """Row losses as they are, or their mean or sum by a fixed tree."""
        dtype = self.way.layer.dtype
        if self.apart:
            return numbers.reshape(self.batch).to(dtype)
        return (extended_total(xp, numbers)[0] / self.mass).to(dtype)

    def gradients(self, loss_bar: Tensor) -> tuple[Tensor, Tensors]:
        """The loss, and what loss_bar is pulled back to."""
        share = loss_bar.to(self.mass.dtype).reshape(-1) / self.mass
        found = Gradients(self.way)
        found.run(share.expand(found.loss.shape))
        h, W, b = found.delivered()
        return self.reduced(found.loss), (h.reshape(*self.batch, h.shape[-1]), W, b)


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    call = _read(plan, primals, given)
    return call.reduced(call.way.losses()[0])


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    call = _read(plan, primals, given, tangents)
    return call.reduced(call.way.losses()[1])


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    return _read(plan, primals, given, kept=True).gradients(cotangent)[1]


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    return _read(plan, primals, given, tangents, kept=True).gradients(cotangent)[1]


def linearised(
    plan: Plan, primals: Tensors, given: Tensors
) -> tuple[Tensor, Callable[[Tensor], Tensors]] | None:
    """The loss and its pullback from one pass: three products instead of four."""
    call = _read(plan, primals, given, kept=True)
    # Gradients of a mean underflow in float16 before the scale of a loss lifts them.
    if call.apart or call.way.layer.dtype is torch.float16:
        return None
    loss, bars = call.gradients(torch.ones_like(call.mass))

    def pull(loss_bar: Tensor) -> Tensors:
        return tuple(None if bar is None else bar.mul_(loss_bar) for bar in bars)

    return loss, pull


# -- reading ---------------------------------------------------------------------------


def _read(
    plan: Plan,
    primals: Tensors,
    given: Tensors,
    tangents: Tensors | None = None,
    *,
    kept: bool = False,
) -> Call:
    h, W, b = primals
    refuse_shapes(*(stand_in(x) for x in primals if x is not None))
    batch, told = tuple(h.shape[:-1]), dict(zip(plan.given, given, strict=True))
    dead = None if b is None else b == -INF
    targets = LinearTargets(
        told["targets"],
        (*batch, W.shape[0]),
        dead,
        smoothing=plan["label_smoothing"],
        weight=told["weight"],
        ignore_index=plan["ignore_index"],
        memory=plan["memory"],
    )
    layer = _layer(plan, primals, tangents, dead)
    sizes = LinearSizes(
        *layer.shape,
        layer.work.itemsize,
        tangents=layer.dots is not NO_DOTS,
        kept=kept,
        narrow=layer.dtype != layer.work,
        more=(targets.labels is None or targets.spread is not None)
        + (layer.cap is not None),
    )
    cut = linear(sizes, plan["memory"])
    layer = replace(layer, copied=cut.copied, ignored=targets.ignored)
    mass = torch.ones_like(targets.mass.sum())
    if plan["reduction"] == "mean":
        mass = targets.mass.sum()
        mass = torch.where(mass == 0, INF, mass)
    way = Pass(layer, targets, cut, plan["z_loss"])
    return Call(way, batch, plan["reduction"] == "none", mass)


def _layer(plan: Plan, primals: Tensors, tangents: Any, dead: Tensor) -> Layer:
    """The primals and tangents as matrices."""
    h, W, b = primals
    dtype = reduce(torch.promote_types, (x.dtype for x in primals if x is not None))
    flat = math.prod(h.shape[:-1]), h.shape[-1]
    dots = NO_DOTS
    if tangents is not None:
        h_dot, W_dot, b_dot = tangents
        h_dot = None if h_dot is None else h_dot.reshape(flat).to(dtype)
        dots = Primals(h_dot, W_dot, b_dot)
    whole = Primals(h.reshape(flat), W, b)
    return Layer(whole, dots, dtype, work_of(dtype), plan["softcap"], dead)
