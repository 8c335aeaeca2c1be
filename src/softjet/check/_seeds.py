"""Seeds and targets for the corpus: never constant, and of several kinds.

The Jacobian of softmax takes constants to zero, so a constant seed shows nothing, and
a seed with a large offset shows whether the formula centres before it multiplies.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

KINDS = ("normal", "offset 1e6", "offset 1e12", "one large")
TARGETS = ("spread", "smoothed", "sparse", "one class")


def largest(dtype: np.dtype) -> float:
    return float(ml_dtypes.finfo(dtype).max)


def spacing(value: float, dtype: np.dtype) -> float:
    """The distance of neighbours of the dtype at a normal value."""
    return 2.0 ** (np.frexp(value)[1] - 1 - ml_dtypes.finfo(dtype).nmant)


def seed(kind: str, live: Array, dtype: np.dtype, rng: np.random.Generator) -> Array:
    """One seed over a row; not constant where two entries or more are alive.

    Offsets carry noise of 1e-3, or of four spacings where the dtype cannot hold that.
    """
    noise = rng.standard_normal(live.size)
    top = largest(dtype) / 8
    if kind.startswith("offset"):
        offset = min(float(kind.split()[1]), top)
        noise = offset + noise * max(1e-3, 4 * spacing(offset, dtype))
    elif kind == "one large":
        noise[rng.integers(live.size)] *= min(1e6, top / 8)
    result = noise.astype(dtype)
    alive = np.flatnonzero(live)
    if alive.size > 1 and np.all(result[alive] == result[alive[0]]):
        result[alive[0]] = np.nextafter(result[alive[0]], dtype.type(np.inf))
    return result


def targets(kind: str, live: Array, dtype: np.dtype, rng: np.random.Generator) -> Array:
    """Probabilities over the live entries, whose sum is 1 up to their rounding."""
    weights = rng.exponential(size=live.size)
    if kind in ("smoothed", "one class"):
        weights = np.where(np.arange(live.size) == some_live(live, rng), 9.0, 0.0)
        weights += 1.0 / live.size if kind == "smoothed" else 0.0
    elif kind == "sparse":
        weights[rng.random(live.size) < 0.5] = 0.0
    weights = np.where(live, weights, 0.0)
    if not weights.any() and live.any():
        weights[some_live(live, rng)] = 1.0
    return (weights / max(weights.sum(), 1e-300)).astype(dtype)


def some_live(live: Array, rng: np.random.Generator) -> int:
    """A live entry drawn at random; entry 0 of a row that has none."""
    alive = np.flatnonzero(live)
    return int(rng.choice(alive)) if alive.size else 0
