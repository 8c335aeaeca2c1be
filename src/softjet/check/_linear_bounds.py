"""How far linear_cross_entropy's answers may be off: its formulas, in magnitudes.

The lines of docs/design/fused.md, "Errors".  Values and gradients are those of the
docstring; the others follow from them by the product rule.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from .linear_cross_entropy import Dense, Layer

Array = Any


class Bounds:
    """Errors of one layer's answers, entry by entry.

    `rounding` is the unit roundoff of the dtype that they are delivered in.
    """

    def __init__(self, layer: Layer, rounding: float) -> None:
        self.dense = dense = Dense(layer)
        self.rounding, self.u = rounding, min(rounding, 2.0**-24)
        layer, u = dense.layer, self.u
        h, W = abs(layer.h), abs(layer.W)
        self.width = h.shape[1]
        off = h @ W.T + (0.0 if layer.b is None else abs(layer.b))
        self.off = u * (self.width + 2) * off.max(-1)
        self.cap = dense.told["softcap"]
        if self.cap is not None:
            self.off = self.off + 6 * u * abs(dense.z).max(-1)
        self.penalty = 2 * dense.told["z_loss"] * dense.mass

    # -- values ------------------------------------------------------------------------

    def logsumexp(self) -> Array:
        return self.off + (self.u + self.rounding) * abs(self.dense.lse)

    def rows(self) -> Array:
        dense = self.dense
        fit = 2 * self.off * dense.mass + 4 * self.u * dense.rows
        penalty = self.penalty * abs(dense.lse) * self.off
        return fit + 2 * penalty + self.rounding * dense.rows

    def loss(self) -> float:
        dense = self.dense
        return self.rows().sum() * dense.share + self.rounding * abs(dense.loss)

    # -- gradients by the logits -------------------------------------------------------

    @cached_property
    def relative(self) -> Array:
        """Of a probability, as a share of itself."""
        return (2 * self.off + 8 * self.u)[:, None]

    @cached_property
    def p(self) -> Array:
        """Of a probability; below normal numbers it has lost digits, or all of them."""
        return self.relative * self.dense.p + self.tiny

    @cached_property
    def inner(self) -> Array:
        """Of the gradient by the capped logits."""
        dense = self.dense
        fit = self.p * abs(dense.pull)[:, None] + self.relative * dense.weights
        return fit + (self.penalty * self.off)[:, None] * dense.p

    @cached_property
    def slope(self) -> Array:
        """Of the cap's slope, 1 - t^2."""
        if self.cap is None:
            return np.zeros_like(self.dense.z)
        own = 2 * abs(self.dense.t) * self.off[:, None] / self.cap
        return own + 3 * self.u

    @cached_property
    def outer(self) -> Array:
        """The gradient by the capped logits itself."""
        return self.dense.pull[:, None] * self.dense.p - self.dense.weights

    @cached_property
    def G(self) -> Array:
        own = self.inner * self.dense.slope + abs(self.outer) * self.slope
        return own * self.dense.share

    def grads(self, bars: Array | float = 1.0) -> tuple[Array, ...]:
        layer, dense = self.dense.layer, self.dense
        h, W, size = abs(layer.h), abs(layer.W), abs(dense.G(bars))
        G = self.G * self._bars(bars) + self.tiny
        found = [
            G @ W + self.by_classes * (size @ W),
            G.T @ h + self.by_rows * (size.T @ h),
            G.sum(0) + self.by_rows * size.sum(0),
        ]
        return self._rounded(found, dense.pulled(bars))

    # -- along tangents ----------------------------------------------------------------

    def _move(self) -> None:
        """Of the capped logits' tangents, and of their means."""
        layer, dense, u = self.dense.layer, self.dense, self.u
        size = abs(layer.h_dot) @ abs(layer.W).T + abs(layer.h) @ abs(layer.W_dot).T
        if layer.b_dot is not None:
            size = size + abs(layer.b_dot)
        raw = u * (2 * self.width + 4) * size
        self.g = dense.slope * dense.z_dot
        self.e_g = raw * dense.slope + abs(dense.z_dot) * self.slope + u * abs(self.g)
        self.mean = (dense.p * self.g).sum(-1, keepdims=True)
        self.h = abs(self.g - self.mean)
        spread = (dense.p * self.h).sum(-1, keepdims=True)
        loss = dense.p * self.e_g + self.p * self.h
        self.e_mean = loss.sum(-1, keepdims=True) + 8 * u * spread
        self.spread = self.h + spread  # as far as a seed lies from what it is taken off

    def rows_dot(self) -> Array:
        self._move()
        dense, u = self.dense, self.u
        mean, e_mean, lse = abs(self.mean[:, 0]), self.e_mean[:, 0], abs(dense.lse)
        own = (dense.weights * (self.e_g + 8 * u * self.spread)).sum(-1)
        bend = self.off * mean + lse * (e_mean + 8 * u * mean)
        found = dense.mass * e_mean + own + self.penalty * bend
        return found + self.rounding * abs(dense.rows_dot)

    def curved(self, bars: Array | float = 1.0) -> tuple[Array, ...]:
        self._move()
        layer, dense = self.dense.layer, self.dense
        h, W = abs(layer.h), abs(layer.W)
        h_dot, W_dot = abs(layer.h_dot), abs(layer.W_dot)
        dot = self._G_dot() * self._bars(bars) * dense.share + self.tiny
        G = self.G * self._bars(bars) + self.tiny
        sizes = abs(dense.G_dot(bars)), abs(dense.G(bars))
        found = [
            dot @ W + G @ W_dot + self.by_classes * (sizes[0] @ W + sizes[1] @ W_dot),
            dot.T @ h
            + G.T @ h_dot
            + self.by_rows * (sizes[0].T @ h + sizes[1].T @ h_dot),
            dot.sum(0) + self.by_rows * sizes[0].sum(0),
        ]
        return self._rounded(found, dense.hvp(bars))

    def _G_dot(self) -> Array:
        dense, u, p = self.dense, self.u, self.dense.p
        pull, penalty = abs(dense.pull)[:, None], self.penalty[:, None]
        mean = abs(self.mean)
        moved = self.p * self.h + p * (self.e_g + self.e_mean)
        inner = pull * (moved + 4 * u * p * self.spread)
        inner = inner + penalty * self.off[:, None] * p * self.h
        inner = inner + penalty * (self.p * mean + p * self.e_mean)
        size = pull * p * self.h + penalty * mean * p
        found = inner * dense.slope + size * (self.slope + 4 * u * dense.slope)
        if self.cap is None:
            return found
        turn, t = 2 * abs(dense.t * self.g) / self.cap, abs(dense.t)
        e_turn = 2 / self.cap * t * self.e_g
        e_turn = e_turn + 2 / self.cap**2 * abs(self.g) * self.off[:, None]
        return found + self.inner * turn + abs(self.outer) * (e_turn + 4 * u * turn)

    # -- what the products add ---------------------------------------------------------

    @property
    def by_classes(self) -> float:
        return (2048 + self.dense.z.shape[1] / 2**13) * self.u

    @property
    def by_rows(self) -> float:
        return (512 + self.dense.z.shape[0] / 64) * self.u

    @property
    def tiny(self) -> float:
        """The smallest subnormal number of the work."""
        return 2.0**-149 if self.u > 2.0**-50 else 2.0**-1074

    def _bars(self, bars: Array | float) -> Array:
        return np.broadcast_to(abs(np.asarray(bars)), self.dense.mass.shape)[:, None]

    def _rounded(self, found: list[Array], exact: tuple[Array, ...]) -> tuple:
        pairs = zip(found, exact, strict=False)
        return tuple(a + self.rounding * abs(b) for a, b in pairs)
