"""The wrong formulas that people write, as mutants of the rules.

Each is a formula found in published code, a textbook exercise or a question on a forum:
right on one row, at uniform probabilities, for small logits, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from _classic_losses import LOSSES
from _formulas import Array, Formulas, softmax_of, summed, valued
from softjet.rules import RULES, Rule


def classic(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for name, fields in FORMULAS[rule.name]().items():
        yield f"{next(iter(fields))}: {name}", replace(rule, **fields)


def _softmax() -> Formulas:
    rule = RULES["softmax"]

    def no_shift(x: Array) -> Array:
        return np.exp(x) / summed(np.exp(x))

    def whole_batch(x: Array) -> Array:
        e = np.exp(x - x.max())
        return e / summed(e)

    def one_sum(x: Array) -> Array:
        e = np.exp(x - x.max(-1, keepdims=True))
        return e / e.sum()

    def leaves_seed(xp: Any, y: Array, g: Array) -> Array:
        return g - summed(y * g)

    def by_batch(xp: Any, y: Array, g: Array) -> Array:
        return y * (g - (y * g).sum(0))

    first = {
        "diagonal only": lambda xp, y, g: y * (1 - y) * g,
        "no centring": lambda xp, y, g: y * g,
        "centred by the plain mean": lambda xp, y, g: (
            y * (g - g.mean(-1, keepdims=True))
        ),
        "outer y forgotten": leaves_seed,
        "sum over the batch": by_batch,
        "sum over everything": lambda xp, y, g: y * (g - (y * g).sum()),
        "squared outer y": lambda xp, y, g: y * y * (g - summed(y * g)),
        "divided by the rows": lambda xp, y, g: y * (g - summed(y * g)) / len(y),
        "centred, not exactly": lambda xp, y, g: y * (g - summed(y * g)),
    }
    second = {
        "cross term forgotten": lambda xp, y, a, b: y * a * b,
        "x_dot not centred": lambda xp, y, a, b: _moment(y, a, b - summed(y * b)),
        "y_bar not centred": lambda xp, y, a, b: _moment(y, a - summed(y * a), b),
        "its mean forgotten": lambda xp, y, a, b: (
            y * (a - summed(y * a)) * (b - summed(y * b))
        ),
        "first order again": lambda xp, y, a, b: y * (a * b - summed(y * a * b)),
    }
    values = {
        "no shift": no_shift,
        "shifted by the largest of the batch": whole_batch,
        "one sum for the batch": one_sum,
        "twice": lambda x: softmax_of(softmax_of(x)),
        "of minus the logits": lambda x: softmax_of(-x),
        "shifted, remainder forgotten": softmax_of,
        "in float32": lambda x: softmax_of(x.astype(np.float32)),
    }
    naive = {"diagonal y - y^2": lambda xp, y: (y - y * y, y, y)}
    return (
        {name: {"value": valued(f, rule)} for name, f in values.items()}
        | {f"{name} (forward)": {"pushforward": f} for name, f in first.items()}
        | {name: {"pullback": f} for name, f in first.items()}
        | {f"{n} (both)": {"pullback": f, "pushforward": f} for n, f in first.items()}
        | {name: {"curvature": f} for name, f in second.items()}
        | {name: {"jacobian": f} for name, f in naive.items()}
    )


def _moment(y: Array, a: Array, b: Array) -> Array:
    return y * (a * b - summed(y * a * b))


def _log_softmax() -> Formulas:
    rule = RULES["log_softmax"]

    def minus_lse(x: Array) -> Array:
        m = x.max(-1, keepdims=True)
        return x - (m + np.log(summed(np.exp(x - m))))

    pullbacks = {
        "softmax's pullback": lambda xp, y, g: y * (g - summed(y * g)),
        "sum forgotten": lambda xp, y, g: g - y * g,
        "y forgotten": lambda xp, y, g: g - summed(g),
        "y replaced by 1/K": lambda xp, y, g: g - summed(g) / y.shape[-1],
        "its pushforward": lambda xp, y, g: g - summed(y * g),
        "sum over the batch": lambda xp, y, g: g - y * g.sum(0),
    }
    return {
        "log of softmax": {"value": valued(lambda x: np.log(softmax_of(x)), rule)},
        "log of softmax plus 1e-9": {
            "value": valued(lambda x: np.log(softmax_of(x) + 1e-9), rule)
        },
        "logits minus logsumexp": {"value": valued(minus_lse, rule)},
        "of softmax": {"value": valued(lambda x: minus_lse(softmax_of(x)), rule)},
        "its transpose": {"pushforward": lambda xp, y, v: v - y * summed(v)},
        "sign of the sum": {
            "curvature": lambda xp, y, v, g: summed(g) * y * (v - summed(y * v))
        },
        "sum of the cotangent forgotten": {
            "curvature": lambda xp, y, v, g: -y * (v - summed(y * v))
        },
        "symmetric": {"jacobian": lambda xp, y: (1 - y, y, y)},
        "diagonal 1 - y": {"jacobian": lambda xp, y: (1 - y, np.ones_like(y), y)},
        "exponentiated twice over": {"recall": lambda xp, y: np.exp(2 * y)},
    } | {name: {"pullback": f} for name, f in pullbacks.items()}


def _logsumexp() -> Formulas:
    rule = RULES["logsumexp"]

    def shifted(x: Array, back: float = 1.0) -> Array:
        m = x.max(-1, keepdims=True)
        return (back * m + np.log(summed(np.exp(x - m))))[..., 0]

    def hard(xp: Any, kept: Any, f_bar: Array) -> Array:
        y = kept[0]
        return f_bar[..., None] * (y == y.max(-1, keepdims=True))

    values = {
        "largest not added back": lambda x: shifted(x, 0.0),
        "no shift": lambda x: np.log(np.exp(x).sum(-1)),
        "mean for sum": lambda x: shifted(x) - np.log(x.shape[-1]),
        "largest alone": lambda x: x.max(-1),
        "log1p of the sum": lambda x: np.log1p(np.exp(shifted(x))),
    }
    return {name: {"value": valued(f, rule)} for name, f in values.items()} | {
        "argmax": {"pullback": hard},
        "cotangent forgotten": {"pullback": lambda xp, kept, f_bar: 1.0 * kept[0]},
        "plain mean": {"pushforward": lambda xp, kept, v: v.mean(-1)},
        "diagonal only": {
            "curvature": lambda xp, kept, v, g: (
                g[..., None] * kept[0] * (1 - kept[0]) * v
            )
        },
        "centring forgotten": {
            "curvature": lambda xp, kept, v, g: g[..., None] * kept[0] * v
        },
    }


FORMULAS: dict[str, Callable[[], Formulas]] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
} | LOSSES
