"""How far a function is from the exact answer, in shares of what its rule allows.

    share = |got - exact| / allowed,
    allowed = max(ulps x spacing, units x u x size, one smallest subnormal)

A temperature T divides derivatives after they are rounded, so their last term is
divided by it too where T < 1.
A share of at most 1 in every entry is the accuracy contract of a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from mpmath import mpf

from ..rules._rule import ORDER, Bound, Rule
from ..rules._stable import Scaled
from . import oracle


@dataclass(frozen=True)
class Trial:
    """One row of inputs; `x` is a tuple of primals, seeds are None where unused."""

    name: str
    x: tuple[np.ndarray, ...]
    given: tuple[np.ndarray, ...] = ()
    x_dot: tuple[np.ndarray, ...] | None = None
    y_bar: Any = None
    temperature: float = 1.0


@dataclass(frozen=True)
class Worst:
    """The largest error met: as a share of the bound, in ulps, in units of u size."""

    share: float = 0.0
    ulps: float = 0.0
    units: float = 0.0
    trial: str = ""
    entries: int = 0

    def join(self, other: Worst) -> Worst:
        first = self if self.share >= other.share else other
        return Worst(
            first.share,
            max(self.ulps, other.ulps),
            max(self.units, other.units),
            first.trial,
            self.entries + other.entries,
        )


def exact(rule: Rule, mode: str, trial: Trial) -> list[Any]:
    """The oracle's answer for a trial, flat."""
    x = trial.x if len(trial.x) > 1 else trial.x[0]
    arguments: list[Any] = [x]
    if mode in ("pushforward", "curvature"):
        assert trial.x_dot is not None
        arguments.append(trial.x_dot if len(trial.x) > 1 else trial.x_dot[0])
    if mode in ("pullback", "curvature"):
        arguments.append(trial.y_bar)
    options = {} if rule.maps == "entries" else {"temperature": trial.temperature}
    ask = getattr(oracle, mode)
    return flat(ask(rule.name, *arguments, *trial.given, **options))


def flat(answer: Any) -> list[Any]:
    """Numbers, rows and pairs of rows as one list of numbers."""
    if isinstance(answer, (list, tuple)):
        return [number for part in answer for number in flat(part)]
    return [answer]


def sizes(rule: Rule, mode: str, trial: Trial) -> np.ndarray:
    """The rule's own error model at a trial, flat, in float64."""
    T = trial.temperature
    wide = [np.asarray(x, np.float64) for x in trial.x]
    empty = rule.maps != "entries" and not all(np.isfinite(x).any() for x in wide)
    if empty:  # the edge table's answers are exact: any size will do, times 0
        wide = [np.zeros_like(x) for x in wide]
    primals: list[Any] = [x if T == 1 else Scaled(x, np.zeros_like(x), T) for x in wide]
    given = [np.asarray(t, np.float64) for t in trial.given]
    seeds: list[Any] = []
    if mode in ("pushforward", "curvature"):
        assert trial.x_dot is not None
        live = [np.isfinite(x) for x in wide]
        seeds += [
            np.where(on, np.asarray(s, np.float64), 0)
            for s, on in zip(trial.x_dot, live, strict=True)
        ]
    if mode in ("pullback", "curvature"):
        seeds.append(np.asarray(trial.y_bar, np.float64))
    with np.errstate(all="ignore"):
        _, kept = rule.value(np, *primals, *given)
        size = rule.size(np, mode, kept, *seeds)
        parts = size if isinstance(size, tuple) else (size,)
        flat_size = np.concatenate([np.ravel(part) for part in parts])
        return flat_size * (not empty) / T ** ORDER[mode]


def judge(
    got: Iterable[Any],
    want: Iterable[Any],
    size: np.ndarray,
    bound: Bound,
    dtype: Any,
    name: str = "",
    stretch: float = 1.0,
) -> Worst:
    """The worst of a row's entries."""
    u = oracle.unit_roundoff(dtype)
    tiny = float(ml_dtypes.finfo(np.dtype(dtype)).smallest_subnormal) * stretch
    worst = Worst()
    for value, right, scale in zip(got, want, size, strict=True):
        if not np.isfinite(scale):
            # An infinite allowance would hide any error.
            worst = worst.join(Worst(share=float("inf"), trial=name, entries=1))
            continue
        ulps = oracle.ulps(value, right, dtype)
        if ulps == 0:
            worst = worst.join(Worst(trial=name, entries=1))
            continue
        # In mpmath's range: u times a size near the smallest number is 0 as a float.
        error = abs(mpf(float(value)) - right)
        unit = mpf(u) * mpf(float(scale))
        share = float(error / max(bound.units * unit, mpf(tiny)))
        if bound.ulps:
            share = min(share, ulps / bound.ulps)
        units = float(error / unit) if unit > 0 else float("inf")
        if error <= tiny:
            ulps = units = 0.0
        share = share if np.isfinite(share) else float("inf")
        worst = worst.join(Worst(share, ulps, units, name, 1))
    return worst


def measure(
    rule: Rule,
    mode: str,
    dtype: Any,
    trials: Iterable[Trial],
    run: Callable[[Trial], Any],
) -> Worst:
    """The worst error of `run` over trials, against the rule's bound for the mode."""
    worst = Worst()
    for trial in trials:
        got = [x for part in flat(_lists(run(trial))) for x in np.ravel(part)]
        want = exact(rule, mode, trial)
        size = sizes(rule, mode, trial)
        bound = rule.bounds[mode]
        stretch = max(1.0, trial.temperature ** -ORDER[mode])
        worst = worst.join(judge(got, want, size, bound, dtype, trial.name, stretch))
    return worst


def _lists(answer: Any) -> Any:
    return list(answer) if isinstance(answer, tuple) else answer


def runner(function: Any, mode: str) -> Callable[[Trial], Any]:
    """The NumPy function's own call for a mode, on a trial."""
    rule: Rule = function.rule

    def run(trial: Trial) -> Any:
        x = trial.x if len(trial.x) > 1 else trial.x[0]
        dots = trial.x_dot if len(trial.x) > 1 or not trial.x_dot else trial.x_dot[0]
        options: dict[str, Any] = {}
        if "temperature" in rule.options:
            options["temperature"] = trial.temperature
        if "reduction" in rule.options:
            options["reduction"] = "none"
        if mode == "value":
            arguments = trial.x if len(trial.x) > 1 else (x,)
            return function(*arguments, *trial.given, **options)
        if mode == "pushforward":
            return function.jvp(x, dots, *trial.given, **options)[1]
        if mode == "pullback":
            return function.vjp(x, *trial.given, **options)[1](trial.y_bar)
        return function.curvature(x, dots, *trial.given, trial.y_bar, **options)

    return run
