"""The exact answer of a case, row by row, and how far off an honest answer may be.

    promised     what softjet's own rule promises: bound x u x its error model
    textbook     c u (K + range + abs(logsumexp)) times the entry's own terms, the
                 a-priori bound of the formula in every textbook

The textbook's terms: y_j of a softmax, abs(g_j) + <y, abs(g)> times y_j of its JVP and
VJP, y_j + t_j of the gradient of a loss, 1 where the value is itself a logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ml_dtypes
import numpy as np

from benchmarks.conformance._case import Array, Case
from softjet.check import accuracy, oracle
from softjet.check.accuracy import Trial
from softjet.rules import RULES

C = 4.0
SEEDS = {
    "value": (False, False),
    "pushforward": (True, False),
    "pullback": (False, True),
    "curvature": (True, True),
}


def trials(function: str, mode: str, case: Case) -> Iterator[Trial]:
    """The case's rows, as the oracle takes them."""
    rule, (with_dot, with_bar) = RULES[function], SEEDS[mode]
    weights = _targets(case)
    for i, row in enumerate(case.x):
        given = (weights[i],) if rule.given else ()
        x_dot = (case.x_dot[i],) if with_dot and case.x_dot is not None else None
        bar = None
        if with_bar:
            ones = 1.0 if rule.maps == "numbers" else np.ones(len(row))
            bar = ones if case.y_bar is None else case.y_bar[i]
        yield Trial(function, (row,), given, x_dot, bar)


def _targets(case: Case) -> Array:
    """Ids as one-hot rows; probabilities as they are."""
    if not case.given:
        return None
    (targets,) = case.given
    if targets.dtype.kind == "i":
        return np.eye(case.x.shape[-1])[targets]
    return targets.astype(np.float64)


def share(function: str, mode: str, case: Case, got: Array) -> tuple[float, float]:
    """The worst error: in shares of what is promised, and relative to its entry."""
    rule, rows = RULES[function], np.asarray(got).reshape(len(case.x), -1)
    shares, relative = [0.0], [0.0]
    for trial, row in zip(trials(function, mode, case), rows, strict=True):
        want = accuracy.exact(rule, mode, trial)
        size = accuracy.sizes(rule, mode, trial)
        found = accuracy.judge(row, want, size, rule.bounds[mode], case.x.dtype)
        shares.append(found.share)
        pairs = zip(row, want, strict=True)
        relative += [_relative(g, w, case.x.dtype) for g, w in pairs]
    return max(shares), max(relative)


def _relative(got: Any, want: Any, dtype: Any) -> float:
    """An error by its entry; none within the smallest number that the dtype has."""
    got = float(got)
    if not np.isfinite(got):
        return 0.0 if float(want) == got else float("inf")
    error = abs(oracle.mpf(got) - want)
    if error <= float(ml_dtypes.finfo(dtype).smallest_subnormal):
        return 0.0
    return float(error / abs(want)) if want else float("inf")


def exact(function: str, mode: str, case: Case) -> Array:
    """The exact answer, rounded to float64: to print, and for the textbook's bound."""
    rule = RULES[function]
    rows = [accuracy.exact(rule, mode, trial) for trial in trials(function, mode, case)]
    return np.array([[float(entry) for entry in row] for row in rows])


def textbook(function: str, mode: str, case: Case) -> Array:
    """How far off the textbook formula may honestly be, entry by entry."""
    u = oracle.unit_roundoff(case.x.dtype)
    pairs = zip(case.x, trials(function, mode, case), strict=True)
    return np.array([_row(function, mode, row, trial, u) for row, trial in pairs])


def _row(function: str, mode: str, row: Array, trial: Trial, u: float) -> Array:
    if RULES[function].maps == "entries":
        # One exp, one log1p: no length, no range.
        return C * u * 8 * _entry_terms(function, mode, trial)
    live = np.isfinite(row)
    x = np.where(live, row, 0.0).astype(np.float64)
    top = x[live].max() if live.any() else 0.0
    e = np.where(live, np.exp(x - top), 0.0)
    lse = top + np.log(e.sum())
    span = top - x[live].min() if live.any() else 0.0
    seeds = np.asarray(1.0 if trial.y_bar is None else trial.y_bar, np.float64)
    if trial.x_dot is not None:
        seeds = seeds * np.asarray(trial.x_dot[0], np.float64)
    terms = _terms(function, mode, e / e.sum(), np.abs(seeds), trial.given)
    return C * u * (row.size + span + abs(lse)) * terms


def _entry_terms(function: str, mode: str, trial: Trial) -> Array:
    """A value as it is; of y (1 - y) the y, of a gradient y - t both."""
    wide = np.abs([float(e) for e in accuracy.exact(RULES[function], mode, trial)])
    if mode == "value":
        return wide
    seeds = np.abs(np.asarray(1.0 if trial.y_bar is None else trial.y_bar, np.float64))
    if trial.x_dot is not None:
        seeds = seeds * np.abs(np.asarray(trial.x_dot[0], np.float64))
    y = 1 / (1 + np.exp(-np.asarray(trial.x[0], np.float64)))
    if function == "log_sigmoid":
        return np.maximum(wide, seeds * (1 - y))
    return seeds * (y + (np.ravel(trial.given) if trial.given else 0.0))


def _terms(function: str, mode: str, y: Array, g: Array, given: Any) -> Array:
    """What the textbook formula adds up to an entry, every term positive."""
    if mode == "value":
        kept = {"softmax": y, "cross_entropy": [np.sum(given)]}
        return np.atleast_1d(kept.get(function, np.ones(_width(function, y))))
    mean = np.sum(y * g)
    if function == "softmax":
        return y * (g + mean) * (2 if mode == "curvature" else 1)
    if function == "log_softmax":
        return g + (mean if mode == "pushforward" else y * np.sum(g))
    if mode == "pushforward":
        return np.atleast_1d(mean)
    if function == "cross_entropy" and mode == "pullback":
        return y * np.sum(given) + np.ravel(given)
    return y * (g + mean) if mode == "curvature" else y * g


def _width(function: str, y: Array) -> int:
    return 1 if RULES[function].maps == "numbers" else y.size
