"""Attention of a trial, put together from scores and weights that may be wrong.

s = scale q k^T, -inf where masked      P = softmax(s)      o = P v
dS = P (o_bar v^T - <P, o_bar v^T>)     q_bar = scale dS k, k_bar = scale dS^T q
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ._parts import Array, Parts, pulled, softmax


def turned(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


class AttentionParts(Parts):
    """Parts of attention; `attended` answers whichever piece the trial asks for."""

    @cached_property
    def q(self) -> Array:
        return self.x

    @cached_property
    def k(self) -> Array:
        return np.asarray(self.told["k"])

    @cached_property
    def v(self) -> Array:
        return np.asarray(self.told["v"])

    @cached_property
    def scale(self) -> float:
        scale = self.told.get("scale")
        return self.q.shape[-1] ** -0.5 if scale is None else float(scale)

    @property
    def causal(self) -> bool:
        return bool(self.told.get("causal"))

    @cached_property
    def bare(self) -> Array:
        """q k^T, neither scaled nor masked."""
        return self.q @ turned(self.k)

    def triangle(self, shift: int = 0) -> Array:
        """True where a query sees a key: the last query sees the last key."""
        rows, columns = self.bare.shape[-2:]
        return np.tril(np.ones((rows, columns), bool), columns - rows + shift)

    @cached_property
    def live(self) -> Array:
        mask = self.told.get("mask")
        whole = np.ones(self.bare.shape[-2:], bool) if mask is None else mask
        return whole & self.triangle() if self.causal else whole

    def masked(self, scores: Array) -> Array:
        return np.where(self.live, scores, -np.inf)

    @cached_property
    def weights(self) -> Array:
        return softmax(self.masked(self.scale * self.bare))

    def attended(self, weights: Array | None = None, scale: float = np.nan) -> Array:
        """The piece's answer with these weights, and this scale in derivatives."""
        P = self.weights if weights is None else weights
        scale = self.scale if np.isnan(scale) else scale
        if self.piece == "value":
            return P @ self.v
        return (self.pushed if self.piece == "jvp" else self.back)(P, scale)

    def back(self, P: Array, scale: float) -> Array:
        o_bar, of = self.g, self.told.get("of", "q")
        if of == "v":
            return turned(P) @ o_bar
        score_bar = scale * pulled(P, o_bar @ turned(self.v))
        return score_bar @ self.k if of == "q" else turned(score_bar) @ self.q

    def pushed(self, P: Array, scale: float) -> Array:
        x_dot, of = self.g, self.told.get("of", "q")
        if of == "v":
            return P @ x_dot
        moved = x_dot @ turned(self.k) if of == "q" else self.q @ turned(x_dot)
        return pulled(P, scale * moved) @ self.v
