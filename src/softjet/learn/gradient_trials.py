"""One layer on trial: its derivatives against differences and against each other.

    f(x + v) - f(x)            = integral of pushforward(x + t v; v)        forward
    <g, f(x + v) - f(x)>       = integral of <pullback(x + t v; g), v>      backward
    <g, pushforward(x; v)>     = <pullback(x; g), v>                        transpose

t runs over [0, 1].  The first two are differences without a step to choose: the
integral has no truncation (softjet.check.laws._line says why), so a layer is held to
the rounding errors that its rule admits, and to nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from softjet.check.laws._line import NODES, integral, quadrature
from softjet.check.laws._promise import admitted
from softjet.learn.findings import Finding
from softjet.rules import Rule

Array = NDArray[np.float64]
Arrays = tuple[Array, ...]
UNIT, FLOAT64 = 2.0**-53, np.dtype(np.float64)


class Trial(NamedTuple):
    """A rule and the arguments it is tried on; tangents keep clear of kinks."""

    layer: str
    rule: Rule
    primals: Arrays
    tangents: Arrays
    given: Arrays
    cotangent: Array

    def at(self, t: float) -> tuple[Array, Any]:
        pairs = zip(self.primals, self.tangents, strict=True)
        return self.rule.value(np, *(x + t * v for x, v in pairs), *self.given)

    def push(self, kept: Any) -> Array:
        return self.rule.pushforward(np, kept, *self.tangents)

    def pull(self, kept: Any) -> Arrays:
        return _tuple(self.rule.pullback(np, kept, self.cotangent))

    def slack(self, mode: str, kept: Any, answer: Any, *seeds: Array) -> Arrays:
        """The error that the rule admits in each part of an answer."""
        sizes = _tuple(self.rule.size(np, mode, kept, *seeds))
        bound, parts = self.rule.bounds[mode], zip(_tuple(answer), sizes, strict=True)
        return tuple(admitted(bound, FLOAT64, part, size) for part, size in parts)


def try_on(layer: str, rule: Rule, shapes: list[tuple[int, ...]], seed: int) -> Trial:
    """Arguments of these shapes (the last is the targets', for a loss)."""
    random = np.random.default_rng(seed)
    # On a grid, so that every x + t v is exact; |x| > |v|: no entry changes its sign.
    given = tuple(random.uniform(0.1, 1.0, s) for s in shapes[len(rule.primals) :])
    shapes = shapes[: len(rule.primals)]
    primals = tuple(_grid(random, s, 0.5, 2.0, 2.0**20) for s in shapes)
    tangents = tuple(_grid(random, s, 0.05, 0.25, 2.0**10) for s in shapes)
    y = rule.value(np, *primals, *given)[0]
    g = 0.3 + random.normal(size=y.shape)
    return Trial(layer, rule, primals, tangents, given, g)


def judged(trial: Trial) -> Iterator[Finding]:
    """The three laws on one trial, each entry within what its rule admits."""
    (start, kept), (end, last) = trial.at(0.0), trial.at(1.0)
    slack = trial.slack("value", kept, start)[0] + trial.slack("value", last, end)[0]
    change, g = end - start, trial.cotangent
    yield _worst(trial, "forward", *_forward(trial), change, slack)
    got, error = _backward(trial)
    total = abs(g) * (slack + change.size * UNIT * abs(change))
    yield _worst(trial, "backward", got, error, (g * change).sum(), total.sum())
    yield _transposed(trial, kept)


def _forward(trial: Trial) -> tuple[Array, Array]:
    """The integral of the pushforward, entry by entry, and its error."""
    rates, errors = [], []
    for t in quadrature()[0]:
        kept = trial.at(float(t))[1]
        rate = trial.push(kept)
        error = trial.slack("pushforward", kept, rate, *trial.tangents)[0]
        rates.append(rate)
        errors.append(error + (NODES + 2) * UNIT * abs(rate))
    return _sum(rates), _sum(errors)


def _backward(trial: Trial) -> tuple[float, float]:
    """The integral of <pullback, v>, a number, and its error."""
    rates, errors = [], []
    for t in quadrature()[0]:
        rate, error = _paired(trial, trial.at(float(t))[1])
        rates.append(rate)
        errors.append(error + (NODES + 2) * UNIT * abs(rate))
    return float(_sum(rates)), float(_sum(errors))


def _paired(trial: Trial, kept: Any) -> tuple[float, float]:
    """<pullback, v> over all parts, and how far rounding may take it."""
    parts = trial.pull(kept)
    slack = trial.slack("pullback", kept, parts, trial.cotangent)
    number = error = 0.0
    for part, off, v in zip(parts, slack, trial.tangents, strict=True):
        number += float((part * v).sum())
        error += float((abs(v) * (off + (v.size + 2) * UNIT * abs(part))).sum())
    return number, error


def _transposed(trial: Trial, kept: Any) -> Finding:
    g, y_dot = trial.cotangent, trial.push(kept)
    off = trial.slack("pushforward", kept, y_dot, *trial.tangents)[0]
    allowed = abs(g) * (off + (g.size + 2) * UNIT * abs(y_dot))
    number, error = _paired(trial, kept)
    return _worst(trial, "transpose", number, error, (g * y_dot).sum(), allowed.sum())


def _worst(
    trial: Trial, law: str, got: Any, error: Any, want: Any, slack: Any
) -> Finding:
    """The entry that is furthest from its allowance."""
    got, want, allowed = np.broadcast_arrays(got, want, np.asarray(error) + slack)
    excess = np.nan_to_num(abs(got - want) - allowed, nan=np.inf)
    entry = np.unravel_index(int(np.argmax(excess)), excess.shape)
    numbers = (float(part[entry]) for part in (got, want, allowed))
    return Finding(trial.layer, law, *numbers)


def _sum(terms: list[Any]) -> np.ndarray:
    return integral(np.asarray(terms))


def _grid(
    random: np.random.Generator, shape: tuple, least: float, most: float, scale: float
) -> Array:
    size = random.uniform(least, most, shape)
    sign = np.where(random.random(shape) < 0.5, -1.0, 1.0)
    return sign * np.round(size * scale) / scale


def _tuple(answer: Any) -> tuple[Any, ...]:
    return answer if isinstance(answer, tuple) else (answer,)
