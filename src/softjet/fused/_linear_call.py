"""One call of linear_cross_entropy: read, run over its blocks, and delivered."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..adapters._arrays import deliver
from ..rules._stable import extended_total
from . import blocks
from ._linear_gradients import Outputs, gradients
from ._linear_layer import Layer, Primals
from ._linear_options import (
    DEFAULTS,
    NAME,
    OF_LOGITS,
    LinearArrays,
    LinearOptions,
    read_options,
    read_primals,
    read_tangents,
)
from ._linear_passes import NO_DOTS, Pass
from ._linear_rows import LinearRows
from ._linear_targets import LinearTargets, Weighing


class Call(NamedTuple):
    """One call, read: its arrays, its way over the blocks, and what divides the sum."""

    arrays: LinearArrays
    options: LinearOptions
    way: Pass
    mass: float

    @property
    def apart(self) -> bool:
        return self.options.reduction == "none"

    @property
    def share(self) -> float:
        """What each row's loss counts in the answer; no mass gives a mean of 0."""
        return 1.0 / self.mass if self.mass > 0 else 0.0

    def every(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers of the rows that take part as numbers of all; 0 of the others."""
        kept = self.way.layer.kept
        if kept is None:
            return numbers
        whole = np.zeros(self.arrays.rows)
        whole[kept] = numbers
        return whole

    def reduced(self, numbers: np.ndarray) -> Any:
        """Row losses as they are, or their mean or sum by a fixed tree."""
        if self.apart:
            rows = self.every(numbers).reshape(self.arrays.batch)
            return deliver(rows, self.arrays.dtype)
        with np.errstate(all="ignore"):
            whole = extended_total(np, numbers) * self.share if len(numbers) else [0.0]
            return deliver(np.asarray(whole[0]), self.arrays.dtype)


# -- reading ---------------------------------------------------------------------------


def read_call(
    given: tuple[Any, Any, Any],
    targets: Any,
    options: dict[str, Any],
    called: str,
    tangents: Any = None,
    *,
    holds: bool = False,
) -> Call:
    """A call made ready; `holds` says that logits of a block have to be kept."""
    arrays = read_primals(*given)
    told = read_options(options, arrays.logits[-1], called, tuple(DEFAULTS))
    dots = NO_DOTS if tangents is None else read_tangents(tangents, arrays)
    layer = Layer(arrays.primals, arrays.work, None, told.softcap)
    weighing, exponent = _weighing(told)
    read = LinearTargets(targets, arrays.logits, weighing, layer.dead)
    layer.kept = read.kept
    cut = _cut(layer, told, holds, dots is not NO_DOTS, arrays.dtype)
    way = Pass(layer, read, cut, told.memory, told.z_loss, dots)
    mass = float(read.mass.sum()) if told.reduction == "mean" else 2.0**-exponent
    return Call(arrays, told, way, mass)


def _weighing(told: LinearOptions) -> tuple[Weighing, int]:
    """The weights about 1: near the ends of float64 their sums would overflow."""
    weight, exponent = told.weight, 0
    if weight is not None:
        exponent = int(np.frexp(weight.max(initial=0.0))[1])
        exponent = exponent if abs(exponent) > 100 else 0
        weight = np.ldexp(weight, -exponent)
    return Weighing(told.smoothing, weight, told.ignore_index), exponent


def _cut(
    layer: Layer, told: LinearOptions, holds: bool, seeds: bool, dtype: np.dtype
) -> blocks.LinearBlocks:
    rows, width, classes = layer.shape
    sizes = blocks.LinearSizes(
        rows,
        width,
        classes,
        layer.work.itemsize,
        kept=1 + seeds,
        narrow=dtype != layer.work,
    )
    if holds:
        return blocks.linear(sizes, told.memory.size)
    return blocks.linear_tiles(sizes, told.memory.size)


def logits_call(h: Any, W: Any, bias: Any, options: dict[str, Any], mode: str) -> Call:
    """A call without targets: every row weighs nothing."""
    arrays = read_primals(h, W, bias)
    shape = arrays.logits
    told = read_options(options, shape[-1], f"{NAME}.{mode}", OF_LOGITS)
    layer = Layer(arrays.primals, arrays.work, None, told.softcap)
    none = LinearTargets.none(arrays.rows)
    cut = _cut(layer, told, False, False, arrays.dtype)
    return Call(arrays, told, Pass(layer, none, cut, told.memory), 1.0)


# -- running ---------------------------------------------------------------------------


def values_of(call: Call) -> tuple[np.ndarray, np.ndarray]:
    """The loss of every row that takes part, and its derivative."""
    rows = [call.way.merged(block) for block in call.way.row_blocks()]
    return _joined(rows, "loss"), _joined(rows, "loss_dot")


def _joined(rows: list[LinearRows], what: str) -> np.ndarray:
    return np.concatenate([getattr(part, what) for part in rows] or [np.zeros(0)])


def gradients_of(
    call: Call, bar: np.ndarray, into: Primals = NO_DOTS
) -> tuple[Any, tuple[Any, ...]]:
    """The loss, and what `bar` is pulled back to: h_bar, W_bar and b_bar."""
    arrays, way = call.arrays, call.way.anew()
    count = way.layer.shape[0]
    bars = np.broadcast_to(bar.reshape(-1) if bar.ndim else bar, arrays.rows)
    kept = way.layer.kept
    with np.errstate(all="ignore"):
        share = (bars if kept is None else bars[kept]) * call.share
    bias = arrays.primals.b is not None
    out = Outputs(way, arrays.rows, arrays.dtype, bias, into)
    losses = np.zeros(count)

    def report(rows: slice, merged: LinearRows) -> None:
        losses[rows] = merged.loss

    gradients(way, share, out, report)
    return call.reduced(losses), out.delivered(arrays.batch)
