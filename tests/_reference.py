"""The ten functions and all their derivatives, as a textbook writes them.

One row at a time, in float64, as dense tensors: the value, its first derivative
D1[..., j] and its second D2[..., j, k].  No shift, no compensation, no edge case: it is
for tame logits.  Nothing of softjet is imported, so the two cannot share a mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any


class Jet(NamedTuple):
    """A value and its first two derivatives by the logits, one axis for each."""

    value: Array
    first: Array
    second: Array

    def at(self, temperature: float) -> Jet:
        """The jet of f(x / T) from that of f at x / T: the chain rule."""
        first = self.first / temperature
        return Jet(self.value, first, self.second / temperature**2)


def _softmax(x: Array, sink: float | None) -> tuple[Array, Array]:
    exps = np.exp(x)
    y = exps / (exps.sum() + (0.0 if sink is None else np.exp(sink)))
    return y, np.diag(y) - np.outer(y, y)


def _potential(x: Array, sink: float | None) -> Array:
    return np.log(np.exp(x).sum() + (0.0 if sink is None else np.exp(sink)))


def logsumexp(x: Array, sink: float | None = None) -> Jet:
    y, hessian = _softmax(x, sink)
    return Jet(_potential(x, sink), y, hessian)


def softmax(x: Array, sink: float | None = None) -> Jet:
    y, jacobian = _softmax(x, sink)
    # dJ_ij / dx_k, by the product rule on y_i (d_ij - y_j).
    third = (
        np.einsum("ij,ik->ijk", np.eye(len(x)), jacobian)
        - np.einsum("ik,j->ijk", jacobian, y)
        - np.einsum("i,jk->ijk", y, jacobian)
    )
    return Jet(y, jacobian, third)


def log_softmax(x: Array, sink: float | None = None) -> Jet:
    y, hessian = _softmax(x, sink)
    second = -np.broadcast_to(hessian, (len(x), *hessian.shape))
    return Jet(x - _potential(x, sink), np.eye(len(x)) - y, second)


def cross_entropy(x: Array, t: Array) -> Jet:
    y, hessian = _softmax(x, None)
    loss = -np.sum(t * (x - _potential(x, None)))
    return Jet(loss, y * t.sum() - t, t.sum() * hessian)


def entropy(x: Array) -> Jet:
    y, jacobian = _softmax(x, None)
    log_y = x - _potential(x, None)
    value = -np.sum(y * log_y)
    slope = -y * (log_y + value)
    second = (
        -jacobian * (log_y + value)[:, None]
        - np.diag(y)
        + np.outer(y, y)
        - np.outer(y, slope)
    )
    return Jet(value, slope, second)


def kl_divergence(a: Array, b: Array) -> Jet:
    """Both primals one after the other: 2 K logits."""
    (p, jacobian_p), (q, jacobian_q) = _softmax(a, None), _softmax(b, None)
    r = (a - _potential(a, None)) - (b - _potential(b, None))
    value = np.sum(p * r)
    by_a, by_b = p * (r - value), q - p
    centring = np.diag(p) - np.outer(p, p)
    by_aa = jacobian_p * (r - value)[:, None] + centring - np.outer(p, by_a)
    second = np.block([[by_aa, -centring], [-centring.T, jacobian_q]])
    return Jet(value, np.concatenate([by_a, by_b]), second)


def sigmoid(x: Array) -> Jet:
    y = 1 / (1 + np.exp(-x))
    return _entry(y, y * (1 - y), y * (1 - y) * (1 - 2 * y))


def log_sigmoid(x: Array) -> Jet:
    y = 1 / (1 + np.exp(-x))
    return _entry(np.log(y), 1 - y, -y * (1 - y))


def softplus(x: Array) -> Jet:
    y = 1 / (1 + np.exp(-x))
    return _entry(np.log(1 + np.exp(x)), y, y * (1 - y))


def binary_cross_entropy(z: Array, t: Array) -> Jet:
    y = 1 / (1 + np.exp(-z))
    loss = -t * np.log(y) - (1 - t) * np.log(1 - y)
    return _entry(loss, y - t, y * (1 - y))


def _entry(value: Array, slope: Array, bend: Array) -> Jet:
    """A row of one entry."""
    return Jet(value, slope[:, None], bend[:, None, None])


JETS: dict[str, Callable[..., Jet]] = {
    function.__name__: function
    for function in (
        logsumexp,
        softmax,
        log_softmax,
        softplus,
        sigmoid,
        log_sigmoid,
        cross_entropy,
        binary_cross_entropy,
        kl_divergence,
        entropy,
    )
}
ENTRIES = ("sigmoid", "log_sigmoid", "softplus", "binary_cross_entropy")
LOSSES = ("cross_entropy", "binary_cross_entropy")
ROWS = ("softmax", "log_softmax")
# The value of a row, or of an entry, that nothing is left of.
EMPTY = {
    "logsumexp": -np.inf,
    "log_softmax": -np.inf,
    "log_sigmoid": -np.inf,
}
