"""Right implementations in the styles in which people write them: none is accused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, newaxis
from numpy import sum as total

Array = Any


def shifted(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def reshaped(x: Array) -> Array:
    m = x.max(axis=1).reshape(-1, 1)
    e = exp(x - m)
    return e / total(e, axis=1)[:, newaxis]


def by_logsumexp(logits: Array) -> Array:
    m = logits.max(axis=-1, keepdims=True)
    return np.exp(logits - (m + np.log(np.exp(logits - m).sum(-1, keepdims=True))))


def transposed(z: Array) -> Array:
    e = np.exp(z.T - z.T.max(axis=0))
    return (e / e.sum(axis=0)).T


def by_einsum(scores: Array) -> Array:
    e = np.exp(scores - scores.max(-1)[:, None])
    return np.einsum("nk,n->nk", e, 1.0 / np.einsum("nk->n", e))


def by_rows(x: Array) -> Array:
    y = np.zeros(x.shape)
    for n in range(x.shape[0]):
        e = np.exp(x[n] - x[n].max())
        y[n] = e / e.sum()
    return y


def with_cache(x: Array) -> tuple[Array, dict[str, Array]]:
    y = shifted(x)
    return y, {"y": y}


def of_lists(batch: list[list[float]]) -> list[list[float]]:
    answer = []
    for row in batch:
        largest = max(row)
        e = [math.exp(score - largest) for score in row]
        answer.append([number / math.fsum(e) for number in e])
    return answer


def of_one_list(scores: list[float]) -> list[float]:
    largest = max(scores)
    e = [math.exp(score - largest) for score in scores]
    return [number / sum(e) for number in e]


def in_columns(z: Array) -> Array:
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def pullback(y: Array, y_bar: Array) -> Array:
    return y * (y_bar - np.sum(y * y_bar, axis=-1, keepdims=True))


def pullback_of_input(dout: Array, x: Array) -> Array:
    p = shifted(x)
    return p * dout - p * np.sum(p * dout, axis=1, keepdims=True)


def pullback_of_both(x: Array, y: Array, dy: Array) -> Array:
    return pullback(y, dy)


def pullback_by_jacobian(s: Array, grad: Array) -> Array:
    matrices = s[:, :, None] * np.eye(s.shape[1]) - s[:, :, None] * s[:, None, :]
    return np.einsum("nij,nj->ni", matrices, grad)


def pullback_by_rows(probs: Array, upstream: Array) -> Array:
    x_bar = np.empty_like(probs)
    for n, (p, g) in enumerate(zip(probs, upstream, strict=True)):
        p = p.reshape(-1, 1)
        x_bar[n] = (np.diagflat(p) - p @ p.T) @ g
    return x_bar


def pullback_by_loops(s: list[float], g: list[float]) -> list[float]:
    count = len(s)
    x_bar = [0.0] * count
    for j in range(count):
        for i in range(count):
            own = 1.0 if i == j else 0.0
            x_bar[j] += float(g[i]) * float(s[i]) * (own - float(s[j]))
    return x_bar


def pullback_in_columns(a_out: Array, d_out: Array) -> Array:
    return a_out * (d_out - np.sum(a_out * d_out, axis=0))


def pullback_after_value(x: Array) -> tuple[Array, Any]:
    y = shifted(x)
    return y, lambda y_bar: pullback(y, y_bar)


def pushforward(x: Array, x_dot: Array) -> tuple[Array, Array]:
    y = shifted(x)
    return y, y * (x_dot - np.sum(y * x_dot, axis=-1, keepdims=True))


def jacobian(y: Array) -> Array:
    return np.apply_along_axis(np.diag, 1, y) - y[..., None] * y[:, None, :]


def jacobian_of_one(s: Array) -> Array:
    return np.diag(s) - np.outer(s, s)


class Layer:
    """Forward keeps, backward reads."""

    def forward(self, x: Array) -> Array:
        self.y = shifted(x)
        return self.y

    def backward(self, grad: Array) -> Array:
        return pullback(self.y, grad)


class FromScratch:
    """Called for the value; gradient is of the input."""

    def __call__(self, x: Array) -> Array:
        return shifted(x)

    def backward(self, x: Array, accum_grad: Array) -> Array:
        return pullback(shifted(x), accum_grad)


def log_softmax(x: Array) -> Array:
    d = x - x.max(-1, keepdims=True)
    return d - np.log(np.exp(d).sum(-1, keepdims=True))


def log_pullback(logp: Array, g: Array) -> Array:
    return g - np.exp(logp) * g.sum(-1, keepdims=True)


def logsumexp(x: Array) -> Array:
    m = x.max(-1)
    return m + np.log(np.exp(x - m[:, None]).sum(-1))


def logsumexp_kept(x: Array) -> Array:
    return logsumexp(x)[:, None]


def logsumexp_pullback(x: Array, g: Array) -> Array:
    return g[:, None] * shifted(x)


def cross_entropy(logits: Array, labels: Array) -> float:
    logs = log_softmax(logits)
    return float(-logs[np.arange(len(labels)), labels].mean())


def cross_entropy_rows(x: Array, labels: Array) -> Array:
    return logsumexp(x) - x[np.arange(len(x)), labels]


def cross_entropy_gradient(logits: Array, labels: Array) -> Array:
    p = shifted(logits)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


def one_hot_gradient(probs: Array, one_hot: Array) -> Array:
    return (probs - one_hot) / probs.shape[0]


def value_and_gradient(x: Array, y: Array) -> tuple[float, Array]:
    return cross_entropy(x, y), cross_entropy_gradient(x, y)


def to_probabilities(p: Array, t: Array) -> Array:
    return -t / p / len(p)


def options_of_torch(
    logits: Array,
    targets: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Any:
    logs = log_softmax(logits)
    count = logs.shape[1]
    t = np.eye(count)[targets] * (1 - label_smoothing) + label_smoothing / count
    w = t * (np.ones(count) if weight is None else weight)
    w = w * (targets != ignore_index)[:, None]
    rows = -np.sum(w * logs, axis=1, where=w > 0)
    if reduction == "none":
        return rows
    return rows.sum() if reduction == "sum" else rows.sum() / w.sum()


class SoftmaxWithLoss:
    """The layer of a book: forward(x, t), backward(dout=1)."""

    def forward(self, x: Array, t: Array) -> float:
        self.t, self.y = t, shifted(x)
        return cross_entropy(x, t)

    def backward(self, dout: float = 1) -> Array:
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dout * dx / len(self.t)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def sigmoid_by_tanh(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_of_one(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def sigmoid_slope(s: Array) -> Array:
    return s * (1 - s)


def sigmoid_pullback(y: Array, dy: Array) -> Array:
    return dy * y * (1 - y)


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


def softplus_pullback(x: Array, dy: Array) -> Array:
    return dy * sigmoid(x)


def log_sigmoid(x: Array) -> Array:
    return -np.logaddexp(0, -x)


def relu(x: Array) -> Array:
    return np.maximum(0, x)


def relu_pullback(x: Array, dout: Array) -> Array:
    return dout * (x > 0)


def binary_cross_entropy(z: Array, t: Array) -> float:
    return float(np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-abs(z)))))


def binary_gradient(p: Array, t: Array) -> Array:
    return (p - t) / len(t)


HONEST: dict[str, dict[str, Any]] = {
    "shifted": {"value": shifted, "vjp": pullback},
    "reshaped": {"value": reshaped, "vjp": pullback_of_input},
    "by logsumexp": {"value": by_logsumexp, "vjp": pullback_of_both},
    "transposed inside": {"value": transposed, "vjp": pullback_by_jacobian},
    "einsum": {"value": by_einsum, "vjp": pullback_by_rows},
    "rows in a loop": {"value": by_rows, "jvp": pushforward},
    "value and cache": {"value": with_cache, "jacobian": jacobian},
    "lists of lists": {"value": of_lists},
    "one list": {"value": of_one_list, "vjp": pullback_by_loops},
    "columns": {"value": in_columns, "vjp": pullback_in_columns},
    "columns, said": {"value": in_columns, "layout": "columns"},
    "value and pullback": {"value": shifted, "vjp": pullback_after_value},
    "Jacobian of one row": {"value": shifted, "jacobian": jacobian_of_one},
    "layer": {"value": Layer},
    "layer, an object": {"value": Layer()},
    "layer from scratch": {"value": FromScratch},
    "chain": {"value": shifted, "vjp": pullback, "gradient": to_probabilities},
    "to logits": {"value": shifted, "vjp": pullback, "gradient": one_hot_gradient},
    "log_softmax": {"value": log_softmax, "vjp": log_pullback, "kind": "log_softmax"},
    "logsumexp": {
        "value": logsumexp,
        "vjp": logsumexp_pullback,
        "jacobian": shifted,
        "kind": "logsumexp",
    },
    "logsumexp, keepdims": {"value": logsumexp_kept, "kind": "logsumexp"},
    "cross-entropy": {
        "value": cross_entropy,
        "gradient": cross_entropy_gradient,
        "kind": "cross_entropy",
    },
    "cross-entropy by rows": {
        "value": cross_entropy_rows,
        "gradient": cross_entropy_gradient,
        "kind": "cross_entropy",
    },
    "one-hot gradient": {"gradient": one_hot_gradient, "kind": "cross_entropy"},
    "value and gradient": {"gradient": value_and_gradient, "kind": "cross_entropy"},
    "all options": {"value": options_of_torch, "kind": "cross_entropy"},
    "softmax with loss": {"value": SoftmaxWithLoss, "kind": "cross_entropy"},
    "sigmoid": {
        "value": sigmoid,
        "vjp": sigmoid_pullback,
        "jacobian": sigmoid_slope,
        "kind": "sigmoid",
    },
    "sigmoid by tanh": {"value": sigmoid_by_tanh, "kind": "sigmoid"},
    "sigmoid of one number": {"value": sigmoid_of_one, "kind": "sigmoid"},
    "softplus": {"value": softplus, "vjp": softplus_pullback, "kind": "softplus"},
    "log_sigmoid": {"value": log_sigmoid, "kind": "log_sigmoid"},
    "relu": {"value": relu, "vjp": relu_pullback, "kind": "relu"},
    "binary cross-entropy": {
        "value": binary_cross_entropy,
        "gradient": binary_gradient,
        "kind": "binary_cross_entropy",
    },
}
