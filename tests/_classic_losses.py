"""The wrong formulas of losses, of measures of distributions, and of single logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from _formulas import Array, Formulas, softmax_of, summed, valued
from softjet.rules import RULES


def _log_softmax(x: Array) -> Array:
    d = x - x.max(-1, keepdims=True)
    return d - np.log(summed(np.exp(d)))


def _cross_entropy() -> Formulas:
    rule = RULES["cross_entropy"]

    def again(xp: Any, kept: Any, g: Array) -> Array:
        y, t = kept
        e = y * summed(t) - t
        return g[:, None] * y * (e - summed(y * e))

    def counted(xp: Any, kept: Any, g: Array) -> Array:
        y, t = kept
        ids = t.argmax(-1)
        return g[:, None] * (y - ids[:, None])

    def every_label(xp: Any, kept: Any, g: Array) -> Array:
        y, t = kept
        return g[:, None] * (y * summed(t) - t.sum(0))

    values = {
        "log of softmax": lambda x, t: -(t * np.log(softmax_of(x))).sum(-1),
        "log of softmax plus 1e-9": lambda x, t: (
            -(t * np.log(softmax_of(x) + 1e-9)).sum(-1)
        ),
        "softmax twice": lambda x, t: -(t * _log_softmax(softmax_of(x))).sum(-1),
        "logits minus logsumexp": lambda x, t: -(t * _log_softmax(x)).sum(-1),
        "mean over classes": lambda x, t: -(t * _log_softmax(x)).mean(-1),
        "minus forgotten": lambda x, t: (t * _log_softmax(x)).sum(-1),
        "squared error": lambda x, t: ((softmax_of(x) - t) ** 2).sum(-1),
    }
    pullbacks = {
        "y - t whatever the sum of t": lambda xp, k, g: g[:, None] * (k[0] - k[1]),
        "y - 1 at the label": lambda xp, k, g: (
            g[:, None] * (k[0] * summed(k[1]) - k[1])
        ),
        "y alone": lambda xp, k, g: g[:, None] * k[0] * summed(k[1]),
        "through softmax once more": again,
        "ids taken for one-hot rows": counted,
        "every row's label taken off every row": every_label,
        "divided by the rows": lambda xp, k, g: rule.pullback(xp, k, g) / len(g),
        "divided by the classes": lambda xp, k, g: (
            rule.pullback(xp, k, g) / k[0].shape[-1]
        ),
        "cotangent forgotten": lambda xp, k, g: rule.pullback(xp, k, 0 * g + 1),
    }
    curvatures = {
        "diagonal only": lambda xp, k, v, g: (
            g[:, None] * summed(k[1]) * k[0] * (1 - k[0]) * v
        ),
        "sum of t forgotten": lambda xp, k, v, g: (
            rule.curvature(xp, k, v, g) / summed(k[1])
        ),
        "outer product of the gradient": lambda xp, k, v, g: (
            rule.pullback(xp, k, g) * summed(rule.pullback(xp, k, 0 * g + 1) * v)
        ),
    }
    return (
        {name: {"value": valued(f, rule)} for name, f in values.items()}
        | {name: {"pullback": f} for name, f in pullbacks.items()}
        | {name: {"curvature": f} for name, f in curvatures.items()}
        | {"not centred": {"pushforward": lambda xp, k, v: -(k[1] * v).sum(-1)}}
    )


def _entropy() -> Formulas:
    rule = RULES["entropy"]

    def moment(f: Callable[[Array, Array], Array]) -> Any:
        def value(x: Array) -> Array:
            return f(softmax_of(x), _log_softmax(x))

        return valued(value, rule)

    def slope(f: Callable[[Array, Array], Array]) -> Any:
        def pullback(xp: Any, kept: Any, g: Array) -> Array:
            y = kept[0]
            log_y = np.log(np.where(y > 0, y, 1.0))
            return g[:, None] * f(y, log_y)

        return pullback

    def half(xp: Any, kept: Any, v: Array, g: Array) -> Array:
        return -g[:, None] * RULES["softmax"].pushforward(xp, kept[0], v)

    def other_half(xp: Any, kept: Any, v: Array, g: Array) -> Array:
        return rule.curvature(xp, kept, v, g) - half(xp, kept, v, g)

    values = {
        "minus forgotten": lambda y, log_y: (y * log_y).sum(-1),
        "in bits": lambda y, log_y: -(y * log_y).sum(-1) / np.log(2),
        "of the largest": lambda y, log_y: -log_y.max(-1),
    }
    slopes = {
        "log y + 1, not centred": lambda y, log_y: -y * (log_y + 1),
        "outer y forgotten": lambda y, log_y: summed(y * log_y) - log_y,
    }
    return (
        {name: {"value": moment(f)} for name, f in values.items()}
        | {name: {"pullback": slope(f)} for name, f in slopes.items()}
        | {"first half": {"curvature": half}, "second half": {"curvature": other_half}}
    )


def _kl_divergence() -> Formulas:
    rule = RULES["kl_divergence"]

    def ratios(a: Array, b: Array) -> Array:
        y, r = softmax_of(a), _log_softmax(a) - _log_softmax(b)
        return (y * r).sum(-1)

    def value(f: Callable[[Array, Array], Array]) -> Any:
        def spoilt(xp: Any, a: Any, b: Any) -> Any:
            low = getattr(a, "temperature", 1.0)
            rows = [getattr(x, "x", x) / low for x in (a, b)]
            return f(*rows), rule.value(xp, a, b)[1]

        return spoilt

    def not_centred(xp: Any, kept: Any, g: Array) -> Any:
        return g[:, None] * kept.p * kept.r, rule.pullback(xp, kept, g)[1]

    def turned(xp: Any, kept: Any, g: Array) -> Any:
        return rule.pullback(xp, kept, g)[::-1]

    def no_cross(xp: Any, kept: Any, a: Array, b: Array, g: Array) -> Any:
        v_a = rule.curvature(xp, kept, a, 0 * b, g)[0]
        return v_a, rule.curvature(xp, kept, 0 * a, b, g)[1]

    return {
        "the other way round": {"value": value(lambda a, b: ratios(b, a))},
        "symmetrised": {"value": value(lambda a, b: (ratios(a, b) + ratios(b, a)) / 2)},
        "difference of logits": {
            "value": value(lambda a, b: (softmax_of(a) * (a - b)).sum(-1))
        },
        "terms of both signs": {"value": value(ratios)},
        "log p - log q not centred": {"pullback": not_centred},
        "gradients exchanged": {"pullback": turned},
        "cross terms forgotten": {"curvature": no_cross},
        "q held still": {
            "pushforward": lambda xp, k, a, b: rule.pushforward(xp, k, a, 0 * b)
        },
    }


def _sigmoid() -> Formulas:
    rule = RULES["sigmoid"]
    first = {
        "y (1 - y)": lambda xp, k, v: k[0] * (1 - k[0]) * v,
        "1 - y^2, as for tanh": lambda xp, k, v: (1 - k[0] ** 2) * v,
        "of the logit, not of y": lambda xp, k, v: np.log(k[0] / k[1]) * k[1] * v,
    }
    return (
        {
            "tanh": {"value": valued(np.tanh, rule)},
            "hard": {"value": valued(lambda x: np.clip(0.25 * x + 0.5, 0, 1), rule)},
            "exp(x) / (1 + exp(x))": {
                "value": valued(lambda x: np.exp(x) / (1 + np.exp(x)), rule)
            },
            "mirrored": {"value": valued(lambda x: 1 / (1 + np.exp(x)), rule)},
            "n - y forgotten": {"curvature": lambda xp, k, v, g: k[0] * k[1] * v * g},
            "y - n": {"curvature": lambda xp, k, v, g: -rule.curvature(xp, k, v, g)},
        }
        | {f"{name} (forward)": {"pushforward": f} for name, f in first.items()}
        | {name: {"pullback": f} for name, f in first.items()}
        | {f"{n} (both)": {"pushforward": f, "pullback": f} for n, f in first.items()}
    )


def _softplus() -> Formulas:
    rule = RULES["softplus"]

    def threshold(x: Array) -> Array:
        return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))

    def beyond(xp: Any, kept: Any, v: Array) -> Array:
        return np.where(kept[0] > 20, v, rule.pushforward(xp, kept, v))

    return {
        "linear beyond 20": {"value": valued(threshold, rule)},
        "relu": {"value": valued(lambda x: np.maximum(x, 0), rule)},
        "log(1 + exp(x))": {"value": valued(lambda x: np.log(1 + np.exp(x)), rule)},
        "linear beyond 20 (backward)": {"pullback": beyond},
        "step": {"pullback": lambda xp, k, g: (k[1] >= 0.5) * g},
        "its value": {"pullback": lambda xp, k, g: k[0] * g},
        "mirrored": {"pushforward": lambda xp, k, v: k[2] * v},
        "s (1 - s)": {"curvature": lambda xp, k, v, g: k[1] * (1 - k[1]) * v * g},
        "s alone": {"curvature": lambda xp, k, v, g: k[1] * v * g},
    }


def _log_sigmoid() -> Formulas:
    rule = RULES["log_sigmoid"]
    return {
        "log of sigmoid": {
            "value": valued(lambda x: np.log(1 / (1 + np.exp(-x))), rule)
        },
        "minus softplus, argument not turned": {
            "value": valued(
                lambda x: -np.log1p(np.exp(-abs(x))) - np.maximum(x, 0), rule
            )
        },
        "sigmoid, not its complement": {"pullback": lambda xp, k, g: k[2] * g},
        "1 - sigmoid": {"pullback": lambda xp, k, g: (1 - k[2]) * g},
        "minus forgotten": {"curvature": lambda xp, k, v, g: k[1] * k[2] * v * g},
    }


def _binary_cross_entropy() -> Formulas:
    rule = RULES["binary_cross_entropy"]

    def of_p(x: Array, t: Array, guard: float) -> Array:
        p = 1 / (1 + np.exp(-x))
        return -(t * np.log(p + guard) + (1 - t) * np.log(1 - p + guard))

    return {
        "log of sigmoid": {"value": valued(lambda x, t: of_p(x, t, 0.0), rule)},
        "log of sigmoid plus 1e-9": {
            "value": valued(lambda x, t: of_p(x, t, 1e-9), rule)
        },
        "target turned": {"value": valued(lambda x, t: of_p(x, 1 - t, 0.0), rule)},
        "positive class alone": {
            "value": valued(lambda x, t: t * np.logaddexp(0, -x), rule)
        },
        "s - t": {"pullback": lambda xp, k, g: (k[1] - k[3]) * g},
        "t - s": {"pullback": lambda xp, k, g: (k[3] - k[1]) * g},
        "s - t, times s n": {
            "pullback": lambda xp, k, g: rule.pullback(xp, k, g) * k[1] * k[2]
        },
        "s - t (forward)": {"pushforward": lambda xp, k, v: (k[1] - k[3]) * v},
        "target in it": {
            "curvature": lambda xp, k, v, g: (1 - 2 * k[3]) * k[1] * k[2] * v * g
        },
        "s (1 - s)": {"curvature": lambda xp, k, v, g: k[1] * (1 - k[1]) * v * g},
    }


LOSSES: dict[str, Callable[[], Formulas]] = {
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _binary_cross_entropy,
    "kl_divergence": _kl_divergence,
    "entropy": _entropy,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": _log_sigmoid,
}
