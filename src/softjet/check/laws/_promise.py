"""How far apart two right answers may be: the rule's own promise, entry by entry.

    allowed = max(ulps x ulp of the entry, units x u x size, one smallest subnormal)

The sizes come from the rule's error model run through the NumPy adapter in the place of
the rule, so that axis, mask, sink, temperature and targets are taken care of by the
code that takes care of them for the answers.  They depend on the probe alone, never on
the function under judgement: a wrong answer cannot excuse itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import ml_dtypes
import numpy as np

from softjet.adapters.numpy import function_of
from softjet.rules import MODES, Bound, Rule

from ._probe import Answers, Probe

Array = Any


def unit(dtype: np.dtype) -> float:
    """Half the distance from 1 to the next number."""
    return float(ml_dtypes.finfo(dtype).eps) / 2


def ulp(values: Array, dtype: np.dtype) -> np.ndarray:
    """The spacing of the dtype's numbers at each value; infinities have none."""
    info = ml_dtypes.finfo(dtype)
    wide = np.asarray(values).astype(np.float64)
    _, exponent = np.frexp(np.where(np.isfinite(wide), wide, 0.0))
    spacing = np.ldexp(2 * unit(dtype), exponent - 1)
    return np.maximum(spacing, float(info.smallest_subnormal))


@lru_cache(maxsize=8192)
def sizes(probe: Probe, mode: str) -> tuple[Array, ...]:
    """The error model of a mode on this probe, in float64."""
    found = _widened(probe).answers(_model(probe), (mode,))[mode]
    return tuple(_finite(size) for size in found)


@lru_cache(maxsize=4096)
def _widened(probe: Probe) -> Probe:
    return replace(
        probe,
        primals=tuple(x.astype(np.float64) for x in probe.primals),
        tangents=tuple(v.astype(np.float64) for v in probe.tangents),
        cotangent=np.asarray(probe.cotangent).astype(np.float64),
    )


def _finite(size: Array) -> np.ndarray:
    # A dead entry of log_softmax is -inf, exactly: it has no error.
    return np.where(np.isfinite(size), abs(size), 0.0)


def _model(probe: Probe) -> Any:
    """The error model of the probe's rule as a function, made once for each rule."""
    rule = probe.rule
    if rule.name not in _MODELS or _MODELS[rule.name][0] is not rule:
        _MODELS[rule.name] = rule, _made(rule)
    return _MODELS[rule.name][1]


_MODELS: dict[str, tuple[Rule, Any]] = {}


def _made(rule: Rule) -> Any:
    def value(xp: Any, *arguments: Any) -> tuple[Array, Any]:
        kept = rule.value(xp, *arguments)[1]
        return rule.size(xp, "value", kept), kept

    def mode(name: str) -> Callable[..., Any]:
        return lambda xp, kept, *seeds: rule.size(xp, name, kept, *seeds)

    derivatives: dict[str, Any] = {name: mode(name) for name in MODES[1:]}
    return function_of(replace(rule, value=value, **derivatives))


def allowed(probe: Probe, answers: Answers) -> Answers:
    """The error that the rule admits in each of these answers."""
    return {
        mode: tuple(
            admitted(probe.rule.bounds[mode], probe.dtype, got, size)
            for got, size in zip(part, sizes(probe, mode), strict=True)
        )
        for mode, part in answers.items()
    }


def admitted(bound: Bound, dtype: np.dtype, got: Array, size: Array) -> np.ndarray:
    """The error a bound admits at these answers."""
    smallest = float(ml_dtypes.finfo(dtype).smallest_subnormal)
    of_ulps = bound.ulps * ulp(got, dtype)
    of_size = bound.units * unit(dtype) * np.asarray(size)
    if np.shape(of_ulps) != np.shape(of_size):
        return np.maximum(of_size, smallest)  # the answer's shape is wrong already
    return np.maximum(np.maximum(of_ulps, of_size), smallest)
