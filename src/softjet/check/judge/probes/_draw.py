"""What probes are drawn with: seeds of both signs, never constant, and targets.

J 1 = 0 makes a constant cotangent blind, and so is a seed whose mean under y is 0: then
the centring can be forgotten.  Signs alternate, moduli are uneven, and an offset keeps
the mean away from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..kinds import Kind
from ..probe import Probe

Array = Any


def logits(key: str, shape: tuple[int, ...], scale: float = 1.5) -> Array:
    """Uneven rows with full mantissas: off any grid that would hide a subtraction."""
    return _random(key).normal(size=shape) * scale


def probe(
    kind: Kind,
    name: str,
    x: Array,
    *,
    offset: float = 0.3,
    soft: bool = False,
    **rest: Any,
) -> Probe:
    """A probe on these logits with its own seeds and targets."""
    random = _random(name)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)
    seeds = [_seed(random, x.shape, offset, dtype) for _ in range(2)]
    targets = _targets(kind, random, x, soft)
    if targets.dtype.kind == "f":
        targets = targets.astype(dtype)
    return Probe(name, x, seeds[0], seeds[1], targets, **rest)


def ids(key: str, x: Array) -> Array:
    """Class ids of live entries, no two neighbours the same where that can be."""
    random, live = _random(key), np.isfinite(np.asarray(x, np.float64))
    drawn = np.zeros(len(x), np.int64)
    for n, row in enumerate(live):
        choice = np.flatnonzero(row) if row.any() else np.arange(x.shape[-1])
        if n and choice.size > 1:
            choice = choice[choice != drawn[n - 1]]
        drawn[n] = random.choice(choice)
    return drawn


def _targets(kind: Kind, random: np.random.Generator, x: Array, soft: bool) -> Array:
    if kind.by_entries:
        t = random.uniform(0.1, 0.9, size=x.shape)
        return t if soft else (t > 0.5).astype(np.float64)
    if not soft:
        return ids(str(random.integers(1 << 30)), x)
    t = random.uniform(0.1, 1.0, size=x.shape)
    return t / t.sum(-1, keepdims=True)


def _seed(
    random: np.random.Generator, shape: tuple[int, ...], offset: float, dtype: Any
) -> Array:
    sign = np.where(np.arange(np.prod(shape)).reshape(shape) % 2 == 0, 1.0, -1.0)
    seed = sign * (0.5 + abs(random.normal(size=shape))) + offset
    return np.asarray(seed).astype(dtype)


def _random(key: str) -> np.random.Generator:
    """A stream from a name: adding a probe does not change the others."""
    return np.random.default_rng(list(key.encode()))


Options = Mapping[str, Any]
