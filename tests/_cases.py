"""Ordinary arguments for every function: tame, off-grid, different in every entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from _asking import Case
from _reference import ENTRIES, LOSSES, ROWS

Array = Any


def ordinary(
    name: str, shape: tuple[int, ...] = (5, 6), axis: Any = -1, reduction: str = "none"
) -> Case:
    """Logits, targets and seeds of a shape; `reduction` settles the cotangent's."""
    rng = np.random.default_rng([7, *shape])
    axes = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(a % len(shape) for a in axes) if shape else ()
    batch = tuple(n for a, n in enumerate(shape) if a not in axes)
    primals = 2 if name == "kl_divergence" else 1
    count = shape if name in ROWS or name in ENTRIES else batch
    if name in LOSSES and reduction != "none":
        count = ()
    return Case(
        tuple(1.5 * rng.normal(size=shape) for _ in range(primals)),
        tuple(rng.normal(size=shape) for _ in range(primals)),
        rng.normal(size=count) + 0.3,
        targets(name, shape, axes, rng),
    )


def targets(
    name: str, shape: tuple[int, ...], axes: tuple[int, ...], rng: Any
) -> tuple[Array, ...]:
    """Probabilities for the losses, off the corners; nothing for the others."""
    if name == "binary_cross_entropy":
        return (rng.uniform(size=shape),)
    if name != "cross_entropy":
        return ()
    t = rng.uniform(0.1, 1.0, size=shape)
    return (t / t.sum(axes, keepdims=True),)
