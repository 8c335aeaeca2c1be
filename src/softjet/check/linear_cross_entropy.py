"""The last layer with all its logits stored: every answer, of one drawn layer.

The answers are softmax's modes around plain products, in float64 or in sixty digits;
`_linear_bounds.py` says how far from them a fused function may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ._arithmetic import FLOAT64, Arithmetic

Array = Any
# Options as `drawn` takes them: "drawn" weights are drawn.
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "smoothing": {"label_smoothing": 0.1},
    "weight": {"weight": "drawn"},
    "ignore": {"ignore_index": 3},
    "softcap": {"softcap": 4.0},
    "z_loss": {"z_loss": 0.05},
    "sum": {"reduction": "sum"},
}


@dataclass(frozen=True)
class Layer:
    """h, W, b, targets, tangents; float64 holds what the dtype under test holds."""

    h: Array
    W: Array
    b: Array | None
    targets: Array
    h_dot: Array
    W_dot: Array
    b_dot: Array | None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def primals(self) -> tuple[Array, ...]:
        return (self.h, self.W) if self.b is None else (self.h, self.W, self.b)

    @property
    def tangents(self) -> tuple[Array, ...]:
        dots = self.h_dot, self.W_dot
        return dots if self.b is None else (*dots, self.b_dot)

    def astype(self, dtype: Any) -> Layer:
        return self.map(lambda x: x.astype(dtype))

    def map(self, change: Callable[[Array], Array]) -> Layer:
        """Primals and tangents changed; the targets stay."""
        arrays = {
            name: getattr(self, name)
            for name in ("h", "W", "b", "h_dot", "W_dot", "b_dot")
        }
        told = {n: change(x) for n, x in arrays.items() if x is not None}
        return replace(self, **told)

    def told(self, **options: Any) -> Layer:
        return replace(self, options={**self.options, **options})

    def wide(self) -> Layer:
        return self.astype(np.float64)


def drawn(
    rng: np.random.Generator,
    rows: int = 17,
    width: int = 7,
    classes: int = 53,
    *,
    bias: bool = True,
    soft: bool = False,
    scale: float = 1.0,
    options: dict[str, Any] | None = None,
) -> Layer:
    """Off-grid numbers; every ignored id occurs, if one is asked for."""
    told = dict(options or {})
    if told.get("weight") is not None:
        told["weight"] = rng.uniform(0.2, 2.0, classes)
    targets: Array = rng.integers(0, classes, rows)
    if told.get("ignore_index") is not None:
        targets[:: max(1, rows // 4)] = told["ignore_index"]
    if soft:
        targets = rng.dirichlet(np.ones(classes), rows)
        told.pop("ignore_index", None)
    numbers = (
        scale * rng.normal(size=(rows, width)),
        rng.normal(size=(classes, width)),
        rng.normal(size=classes),
    )
    h, W, b = numbers
    h_dot, W_dot, b_dot = (rng.normal(size=x.shape) + 3.0 for x in numbers)
    if not bias:
        return Layer(h, W, None, targets, h_dot, W_dot, None, told)
    return Layer(h, W, b, targets, h_dot, W_dot, b_dot, told)


class Dense:
    """Everything that is asked of a layer, from its whole matrix of logits."""

    def __init__(self, layer: Layer, by: Arithmetic = FLOAT64) -> None:
        self.layer, self.by = layer.map(by.wide), by
        layer = self.layer
        told: dict[str, Any] = {"reduction": "mean", "label_smoothing": 0.0}
        told |= {"weight": None, "softcap": None, "z_loss": 0.0}
        self.told = told = {**told, **layer.options}
        self.raw = layer.h @ layer.W.T + (0.0 if layer.b is None else layer.b)
        cap = told["softcap"]
        self.t = np.zeros_like(self.raw) if cap is None else by.tanh(self.raw / cap)
        self.z = self.raw if cap is None else cap * self.t
        self.slope = 1.0 - self.t**2
        self.weights = by.wide(self._weights())
        self.mass = self.weights.sum(-1)
        self.lse, self.p = by.logsumexp(self.z), by.softmax(self.z)
        self.pull = self.mass * (1.0 + 2.0 * told["z_loss"] * self.lse)
        whole = self.mass.sum() if told["reduction"] == "mean" else 1.0
        self.share = 0.0 if whole == 0 else 1.0 / whole

    def _weights(self) -> Array:
        targets, told = self.layer.targets, self.told
        classes = self.z.shape[-1]
        if targets.dtype.kind in "iu":
            t = np.zeros(self.z.shape)
            t[np.arange(len(t)), np.where(targets < 0, 0, targets)] = 1.0
        else:
            t = targets.astype(np.float64)
        t = (1 - told["label_smoothing"]) * t + told["label_smoothing"] / classes
        if told["weight"] is not None:
            t = t * told["weight"]
        if told.get("ignore_index") is not None:
            t[targets == told["ignore_index"]] = 0.0
        return t

    @property
    def rows(self) -> Array:
        fit = -(self.weights * self.by.log_softmax(self.z)).sum(-1)
        return fit + self.told["z_loss"] * self.mass * self.lse**2

    @property
    def loss(self) -> Array:
        return self.rows.sum() * self.share

    def G(self, bars: Array | float = 1.0) -> Array:
        """dL / dz of every row, times its cotangent."""
        pull = self.pull[:, None] * self.p - self.weights
        return self._bars(bars) * pull * self.slope

    @property
    def z_dot(self) -> Array:
        layer = self.layer
        dot = layer.h_dot @ layer.W.T + layer.h @ layer.W_dot.T
        return dot if layer.b_dot is None else dot + layer.b_dot

    @property
    def rows_dot(self) -> Array:
        own = self.pull[:, None] * self.p - self.weights
        moved = self.by.log_pushed(self.z, self.slope * self.z_dot)
        return (own * moved).sum(-1) + self._pull_dot()

    def _pull_dot(self) -> Array:
        # What log_softmax's tangent lacks: a row's own mean, under the z-loss.
        mean = (self.p * self.slope * self.z_dot).sum(-1)
        return 2.0 * self.told["z_loss"] * self.mass * self.lse * mean

    def G_dot(self, bars: Array | float = 1.0) -> Array:
        g = self.slope * self.z_dot
        p_dot = self.by.pushed(self.z, g)
        mean = (self.p * g).sum(-1, keepdims=True)
        bend = 2.0 * self.told["z_loss"] * self.mass[:, None] * mean * self.p
        inner = self.pull[:, None] * p_dot + bend
        cap = self.told["softcap"]
        turn = 0.0 if cap is None else -2.0 * self.t * g / cap
        outer = (self.pull[:, None] * self.p - self.weights) * turn
        return self._bars(bars) * (inner * self.slope + outer)

    def _bars(self, bars: Array | float) -> Array:
        return np.broadcast_to(bars, self.mass.shape)[:, None] * self.share

    def pulled(self, bars: Array | float = 1.0) -> tuple[Array, ...]:
        G = self.G(bars)
        return self._three(G @ self.layer.W, G.T @ self.layer.h, G)

    def hvp(self, bars: Array | float = 1.0) -> tuple[Array, ...]:
        G, turned, layer = self.G(bars), self.G_dot(bars), self.layer
        h = turned @ layer.W + G @ layer.W_dot
        return self._three(h, turned.T @ layer.h + G.T @ layer.h_dot, turned)

    def _three(self, h: Array, W: Array, G: Array) -> tuple[Array, ...]:
        return (h, W) if self.layer.b is None else (h, W, G.sum(0))
