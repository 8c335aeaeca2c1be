"""The way over the blocks of the last layer: rows' numbers, and then gradients.

    h_bar = G W,   W_bar = G^T h,   b_bar = sum of G's rows
    along tangents:   h_bar = G' W + G W',   W_bar = G'^T h + G^T h'

With all classes in one block each logit is computed once, otherwise once for the rows'
numbers and once to be turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from ._device_blocks import LinearBlocks
from ._device_linear_layer import (
    NO_DOTS,
    Block,
    Layer,
    Primals,
    look,
    slope,
    turned_exponentials,
)
from ._device_linear_rows import Factors, LinearRows, Sums
from ._device_linear_targets import LinearTargets
from ._device_numbers import INF
from ._device_products import add_product

Tensor = Any


@dataclass(frozen=True)
class Pass:
    """A layer, its targets, and how both are cut."""

    layer: Layer
    targets: LinearTargets
    blocks: LinearBlocks
    z_loss: float

    def row_blocks(self) -> Iterator[slice]:
        return _slices(self.layer.shape[0], self.blocks.rows)

    def class_blocks(self) -> Iterator[slice]:
        return _slices(self.layer.shape[2], self.blocks.classes)

    def losses(self) -> tuple[Tensor, Tensor]:
        """The loss of every row, and its derivative along the tangents."""
        parts = [self.merged(rows) for rows in self.row_blocks()]
        if not parts:
            return self.targets.mass, self.targets.mass
        loss = torch.cat([part.loss for part in parts])
        if self.layer.dots is NO_DOTS:
            return loss, loss
        return loss, torch.cat([part.loss_dot for part in parts])

    def merged(self, rows: slice, held: Block | None = None) -> LinearRows:
        """The rows' numbers; `held` are the logits of all classes, if there."""
        mass, layer = self.targets.mass[rows], self.layer
        sums = Sums.none(mass.shape[0], mass.dtype, mass.device)
        if held is not None:
            sums = self._look(rows, slice(0, layer.shape[2]), held)
        else:
            for classes in self.class_blocks():
                block = layer.block(rows, classes)
                sums = sums.merged(self._look(rows, classes, block))
        return LinearRows(sums, self.targets, rows, self.z_loss)

    def weights(self, rows: slice, classes: slice) -> Tensor | None:
        return self.targets.tile(rows, classes, self.layer.work)

    def labels(self, rows: slice, classes: slice) -> Tensor | None:
        """The label of each row among some classes."""
        labels = self.targets.labels
        return None if labels is None else labels[rows] - classes.start

    def _look(self, rows: slice, classes: slice, block: Block) -> Sums:
        told = self.weights(rows, classes), self.labels(rows, classes)
        return look(block, *told, self.targets.mass.dtype)


def _slices(count: int, step: int) -> Iterator[slice]:
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


class Gradients:
    """h_bar, W_bar and b_bar while they are added up; losses on the way."""

    def __init__(self, of: Pass) -> None:
        self.of, self.layer = of, of.layer
        count, width, classes = of.layer.shape
        device, mass = of.targets.mass.device, of.targets.mass
        dtype, work = of.layer.dtype, of.layer.work
        self.narrow = dtype != work
        self.h = torch.zeros(count, width, dtype=work, device=device)
        self.W = torch.zeros(classes, width, dtype=dtype, device=device)
        self.b = torch.zeros(classes, dtype=mass.dtype, device=device)
        self.loss = torch.zeros_like(mass)

    def run(self, share: Tensor) -> None:
        """Add the gradient of sum share loss, or its derivative along the tangents."""
        of, classes = self.of, self.layer.shape[2]
        whole = of.blocks.classes >= classes
        known = [] if whole else [of.merged(rows) for rows in of.row_blocks()]
        for block in of.class_blocks():
            sums = self.W[block]
            if self.narrow:
                sums = torch.zeros_like(sums, dtype=self.layer.work)
            for index, rows in enumerate(of.row_blocks()):
                logits = self.layer.block(rows, block)
                merged = of.merged(rows, logits) if whole else known[index]
                self.loss[rows] = merged.loss
                self._turn(rows, block, logits, merged, share[rows])
                self._multiply(rows, block, logits, sums)
            if self.narrow:
                self.W[block] = sums
        if not classes:
            for rows in of.row_blocks():
                self.loss[rows] = of.merged(rows).loss

    def delivered(self) -> Primals:
        """The gradients: exactly 0 for a dead class."""
        dead, dtype = self.layer.dead, self.layer.dtype
        if self.layer.primals.b is None:
            return Primals(self.h.to(dtype), self.W, None)
        if dead is not None:
            self.W.masked_fill_(dead[:, None], 0.0)
            self.b.masked_fill_(dead, 0.0)
        return Primals(self.h.to(dtype), self.W, self.b.to(dtype))

    # -- a block -----------------------------------------------------------------------

    def _turn(
        self, rows: slice, classes: slice, block: Block, merged: LinearRows, share: Any
    ) -> None:
        """The block's logits become its gradient; its tangents the derivative."""
        of, tight = self.of, self.layer.tight
        factors = merged.factors(share)
        turn(block, of.weights(rows, classes), factors, tight)
        labels = of.labels(rows, classes)
        if labels is None:
            return
        z, g = merged.sums.z, merged.sums.g
        passed = (1.0 - z * tight) * (1.0 + z * tight) if tight else 1.0
        at = merged.label_gradient(share) * passed
        _put(block.z, labels, torch.where(z == -INF, 0.0, at), add=False)
        if block.g is not None and tight:
            bend = factors.share * merged.own * (2.0 * tight * tight) * z * g
            _put(block.g, labels, torch.where(z == -INF, 0.0, bend), add=True)

    def _multiply(self, rows: slice, block: slice, turned: Block, sums: Tensor) -> None:
        layer, dots = self.layer, self.layer.dots
        G, slopes = (turned.z, None) if turned.g is None else (turned.g, turned.z)
        h, h_dot = (layer.rows(x, rows) for x in (layer.primals.h, dots.h))
        for part in layer.copies(block):
            some = slice(part.start - block.start, part.stop - block.start)
            W = layer.classes(layer.primals.W, part)
            add_product(self.h[rows], G[:, some], W, layer.dtype)
            add_product(sums[some], G[:, some].T, h, layer.dtype)
            if slopes is None:
                continue
            if dots.W is not None:
                W = layer.classes(dots.W, part)
                add_product(self.h[rows], slopes[:, some], W, layer.dtype)
            if h_dot is not None:
                add_product(sums[some], slopes[:, some].T, h_dot, layer.dtype)
        if layer.primals.b is not None:
            self.b[block] += G.sum(0)


def turn(block: Block, t: Tensor | None, rows: Factors, tight: float) -> None:
    """Logits become their gradient in place, tangents its derivative.

    What the label has beyond smoothing is left out.
    """
    z, g = block
    top, factor, share, second, c, rest = (x.to(z.dtype)[:, None] for x in rows)
    dead = z == -INF
    passed = slope(z, tight) if tight else None
    bend = (z * g).mul_(-2.0 * tight * tight) if tight and g is not None else None
    turned_exponentials(z, top[:, 0])
    if g is not None:
        g.sub_(c).sub_(rest).mul_(factor).add_(second).mul_(z)
        # A row at +inf has no second order.
        g.masked_fill_(dead | (top == INF) | (z == 0), 0.0)
    z.mul_(factor)
    if t is not None:
        z.sub_(t * share)
    if g is not None and passed is not None and bend is not None:
        g.mul_(passed).add_(bend.mul_(z)).masked_fill_(dead, 0.0)
    if passed is not None:
        z.mul_(passed)
    z.masked_fill_(dead, 0.0)


def _put(block: Tensor, labels: Tensor, numbers: Tensor, *, add: bool) -> None:
    """Each row's number at its label, where that is in the block."""
    classes = block.shape[1]
    inside = (labels >= 0) & (labels < classes)
    place = labels.clamp(0, classes - 1)[:, None]
    there = block.gather(1, place)
    numbers = numbers.to(block.dtype)[:, None]
    numbers = there + numbers if add else numbers
    block.scatter_(1, place, torch.where(inside[:, None], numbers, there))
