"""The fused functions as a textbook writes them, with everything stored.

Values and pullbacks are written out in NumPy; what moves along tangents is their
derivative by the complex step, Im f(x + i h x_dot) / h, right to rounding.  No shift,
no block, no edge case: it is for tame numbers.  Nothing of softjet is imported, so the
two cannot share a mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = Any
STEP = 1e-30
ROWS = (0, -1)  # the queries whose weights are looked at


@dataclass(frozen=True)
class FusedCase:
    """Primals with their tangents, a cotangent, and targets where there are some."""

    primals: tuple[Array, ...]
    tangents: tuple[Array, ...]
    cotangent: Array
    given: tuple[Array, ...] = field(default=())


def along(f: Callable[..., Array], case: FusedCase) -> Array:
    """The derivative of f(*primals) along the tangents."""
    pairs = zip(case.primals, case.tangents, strict=True)
    return np.imag(f(*(x + 1j * STEP * d for x, d in pairs))) / STEP


def expected(name: str, mode: str, case: FusedCase, **options: Any) -> list[Array]:
    """The answers of a mode, flat."""
    kind = Layer(case, options) if name == "linear_cross_entropy" else Head(options)
    return [np.asarray(x) for x in getattr(kind, mode)(case)]


class Modes:
    """The modes that follow from `value` and `pulled`, whatever the function."""

    def value(self, *primals: Array) -> Array:
        raise NotImplementedError

    def pulled(self, bar: Array, *primals: Array) -> tuple[Array, ...]:
        raise NotImplementedError

    def call(self, case: FusedCase) -> list[Array]:
        return [self.value(*case.primals)]

    def jvp(self, case: FusedCase) -> list[Array]:
        return [self.value(*case.primals), along(self.value, case)]

    def vjp(self, case: FusedCase) -> list[Array]:
        bars = self.pulled(case.cotangent, *case.primals)
        return [self.value(*case.primals), *bars]

    def curvature(self, case: FusedCase) -> list[Array]:
        return self._bent(case, case.cotangent)

    def _bent(self, case: FusedCase, bar: Array) -> list[Array]:
        count = len(case.primals)
        return [
            along(lambda *x, n=n: self.pulled(bar, *x)[n], case) for n in range(count)
        ]


class Head(Modes):
    """softmax(scale q k^T) v, of heads (H, T, E)."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.told = options

    def _exponentials(self, q: Array, k: Array) -> tuple[Array, Array]:
        """Of the scores, 0 where a query does not see a key; and their sums."""
        told, rows, keys = self.told, q.shape[-2], k.shape[-2]
        scale = told.get("scale", q.shape[-1] ** -0.5)
        i, j = np.arange(rows)[:, None], np.arange(keys)
        if told.get("alignment") == "bottom_right":
            i = i + keys - rows
        live = j <= i if told.get("causal") else np.ones((rows, keys), bool)
        if "window" in told:
            live = live & (abs(i - j) < told["window"])
        if "mask" in told:
            live = live & told["mask"]
        e = np.exp(scale * q @ k.swapaxes(-1, -2)) * live
        sink = np.exp(told["sink"]) if "sink" in told else 0.0
        return e, e.sum(-1, keepdims=True) + sink

    def _shares(self, q: Array, k: Array) -> Array:
        e, sums = self._exponentials(q, k)
        return e / sums

    def value(self, *primals: Array) -> Array:
        q, k, v = primals
        return self._shares(q, k) @ v

    def pulled(self, bar: Array, *primals: Array) -> tuple[Array, ...]:
        q, k, v = primals
        scale = self.told.get("scale", q.shape[-1] ** -0.5)
        P = self._shares(q, k)
        r = bar @ v.swapaxes(-1, -2)
        G = scale * P * (r - (P * r).sum(-1, keepdims=True))
        return G @ k, G.swapaxes(-1, -2) @ q, P.swapaxes(-1, -2) @ bar

    def logsumexp(self, case: FusedCase) -> list[Array]:
        return [np.log(self._exponentials(*case.primals[:2])[1][..., 0])]

    def weights(self, case: FusedCase) -> list[Array]:
        return [self._shares(*case.primals[:2])[..., ROWS, :]]


class Layer(Modes):
    """-<t, log_softmax(h W^T + b)> and what the options add, reduced."""

    def __init__(self, case: FusedCase, options: dict[str, Any]) -> None:
        self.told, (ids,) = options, case.given
        classes = len(case.primals[1])
        smoothing = options.get("label_smoothing", 0.0)
        t = (1 - smoothing) * np.eye(classes)[ids] + smoothing / classes
        t = t * options.get("weight", 1.0)
        t[ids == options.get("ignore_index")] = 0.0
        self.t, self.mass = t, t.sum(-1)
        mean = options.get("reduction", "mean") == "mean"
        self.share = 1 / self.mass.sum() if mean else 1.0

    def _logits(self, h: Array, W: Array, b: Array = 0.0) -> tuple[Array, Array]:
        """Capped logits, and the slope of the cap."""
        z = h @ W.T + b + self.told.get("bias", 0.0)
        cap = self.told.get("softcap")
        if cap is None:
            return z, np.ones_like(z)
        return cap * np.tanh(z / cap), 1 / np.cosh(z / cap) ** 2

    def value(self, *primals: Array) -> Array:
        u, _ = self._logits(*primals)
        f = np.log(np.exp(u).sum(-1))
        rows = self.mass * f - (self.t * u).sum(-1)
        rows = rows + self.told.get("z_loss", 0.0) * self.mass * f**2
        return rows.sum() * self.share

    def pulled(self, bar: Array, *primals: Array) -> tuple[Array, ...]:
        u, slope = self._logits(*primals)
        sums = np.exp(u).sum(-1, keepdims=True)
        pull = self.mass[:, None] * (1 + 2 * self.told.get("z_loss", 0) * np.log(sums))
        G = bar * self.share * (pull * np.exp(u) / sums - self.t) * slope
        h, W, *b = primals
        return (G @ W, G.T @ h, G.sum(0))[: 2 + len(b)]

    def grad(self, case: FusedCase) -> list[Array]:
        return list(self.pulled(1.0, *case.primals))

    def value_and_grad(self, case: FusedCase) -> list[Array]:
        return [self.value(*case.primals), *self.grad(case)]

    def hvp(self, case: FusedCase) -> list[Array]:
        return self._bent(case, 1.0)

    def logsumexp(self, case: FusedCase) -> list[Array]:
        return [np.log(np.exp(self._logits(*case.primals)[0]).sum(-1))]

    def predict(self, case: FusedCase) -> list[Array]:
        return [self._logits(*case.primals)[0].argmax(-1)]
