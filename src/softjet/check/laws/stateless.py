"""The derivatives read from the value alone are the derivatives.

    pullback(y, y_bar) = vjp(x)[1](y_bar),   pushforward(y, x_dot) = jvp(x, x_dot)[1]

y has been rounded once, and what is recalled from it feels that: the law admits, beside
both promises, what the error admitted in y makes of the recalled probability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed, unit

MODES = ("pushforward", "pullback")


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    options = {
        k: probe.options[k] for k in ("axis", "temperature") if k in probe.options
    }
    where = probe.options.get("where")
    answers = probe.answers(function, ("value", *MODES))
    slack = allowed(probe, answers)
    (y,) = answers["value"]
    for mode, seed in zip(MODES, (probe.tangents[0], probe.cotangent), strict=True):
        got = getattr(function, mode)(y, seed, **options)
        felt = _felt(probe, mode, wide(y), slack["value"][0], wide(seed))
        felt = felt / options.get("temperature", 1.0)
        felt = felt if where is None else np.where(where, felt, 0.0)
        want = answers[mode][0]
        yield Comparison(f"stateless {mode}", got, want, 2 * slack[mode][0] + felt)


def _felt(probe: Probe, mode: str, y: Any, error: Any, seed: Any) -> np.ndarray:
    """What an error in y makes of the mode."""
    rounding = unit(probe.dtype)
    if probe.rule.name in FELT:
        return FELT[probe.rule.name](y, error, rounding) * abs(seed)
    p, relative = y, error / np.where(y == 0, 1.0, y)
    if probe.rule.name == "log_softmax":
        p, relative = np.exp(y), np.where(np.isfinite(y), error, 0.0)
    mass = _kept_sum(probe, p * relative)
    if probe.rule.name == "log_softmax" and mode == "pullback":
        return p * relative * abs(_kept_sum(probe, seed))
    h = abs(seed - _kept_sum(probe, p * seed))
    spread = _kept_sum(probe, p * relative * h) + mass * _kept_sum(probe, p * h)
    return spread if p is not y else p * (relative * h + spread)


def _kept_sum(probe: Probe, a: Any) -> Any:
    return np.sum(a, axis=probe.axis, keepdims=True)


def _sigmoid(y: Any, error: Any, rounding: float) -> Any:
    """y n with n = 1 - y: both move by the error, n is rounded besides."""
    return abs(1 - 2 * y) * error + error**2 + 2 * rounding * y


def _softplus(y: Any, error: Any, rounding: float) -> Any:
    """1 - exp(-|y|) moves by exp(-|y|) times the error."""
    return np.exp(-abs(y)) * error


FELT: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": _softplus,
}


def recalled(rule: Rule) -> bool:
    return rule.recall is not None


law = Law(
    "stateless",
    "The derivatives read from the value alone are the derivatives.",
    compare,
    applies=recalled,
    universal=True,
)
