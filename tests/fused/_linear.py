"""Problems of the fused last layer, their answers unblocked, and what may be off.

The answers are dense float64 on what softjet's own functions of logits give; the
bounds are those the docstring of linear_cross_entropy states, entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import softjet as sj
from softjet.fused import blocks

Array = Any
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "smoothing": {"label_smoothing": 0.1},
    "weight": {"weight": "drawn"},
    "ignore": {"ignore_index": 3},
    "softcap": {"softcap": 4.0},
    "z_loss": {"z_loss": 0.05},
    "sum": {"reduction": "sum"},
}
UNITS = {"float16": 2.0**-11, "bfloat16": 2.0**-8, "float32": 2.0**-24}


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
        def cast(x: Array) -> Array:
            return None if x is None else x.astype(dtype)

        names = ("h", "W", "b", "h_dot", "W_dot", "b_dot")
        return replace(self, **{name: cast(getattr(self, name)) for name in names})

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
        b = b_dot = None
    return Layer(h, W, b, targets, h_dot, W_dot, b_dot, told)


class Dense:
    """Everything that is asked of a layer, from its whole matrix of logits."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer = layer.wide()
        told = {"reduction": "mean", "label_smoothing": 0.0, "weight": None}
        self.told = told = {**told, "softcap": None, "z_loss": 0.0, **layer.options}
        self.raw = layer.h @ layer.W.T + (0.0 if layer.b is None else layer.b)
        cap = told["softcap"]
        self.t = np.zeros_like(self.raw) if cap is None else np.tanh(self.raw / cap)
        self.z = self.raw if cap is None else cap * self.t
        self.slope = 1.0 - self.t**2
        self.weights = self._weights()
        self.mass = self.weights.sum(-1)
        self.lse, self.p = sj.logsumexp(self.z), sj.softmax(self.z)
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
        fit = -(self.weights * sj.log_softmax(self.z)).sum(-1)
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
        return (own * sj.log_softmax.jvp(self.z, self.slope * self.z_dot)[1]).sum(
            -1
        ) + self._pull_dot()

    def _pull_dot(self) -> Array:
        # What log_softmax's tangent lacks: a row's own mean, under the z-loss.
        mean = (self.p * self.slope * self.z_dot).sum(-1)
        return 2.0 * self.told["z_loss"] * self.mass * self.lse * mean

    def G_dot(self, bars: Array | float = 1.0) -> Array:
        g = self.slope * self.z_dot
        p_dot = sj.softmax.jvp(self.z, g)[1]
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


def agree(got: Any, want: Any, tolerance: float) -> None:
    """Each array to a share of its own largest entry."""
    got, want = (x if isinstance(x, tuple) else (x,) for x in (got, want))
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        size = np.abs(b).max(initial=0.0)
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(size, 1e-3))


def tiny(classes: int, ways: str) -> blocks.LinearBlocks:
    """Blocks so small that every seam is crossed; `ways` is once or twice."""
    held = classes if ways == "once" else 32
    return blocks.LinearBlocks(9, held, 5, 16, 2, 0)
