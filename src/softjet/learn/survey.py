"""What one pass over the features says, before any weights: read by all that follows.

    X_mean = sum s_i x_i,   X_size = sum s_i |x_i|,   X_largest = max |x_i|
    X_by_class = sum s_i x_i t_i^T,   X_square = sum s_i x_i^2
    gram = sum s_i (x_i - m)(x_i - m)^T      dense features, and not too many

The certificate needs the first four, the preconditioners the last two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import diags_array

from softjet.learn.partials import Array, Sums, by_class
from softjet.learn.shards import Shard, total

# Above this many features the eigendecomposition (9 d^3) and two d x d products for
# each use outweigh what they save; the scale of each feature is evened out instead.
MOST_FEATURES = 2048


@dataclass
class Survey(Sums):
    """The sums named above, over any number of rows."""

    X_mean: Array  # (features,)
    X_size: Array
    X_square: Array
    X_by_class: Array  # (features, classes)
    T_mean: Array  # (classes,): the class frequencies
    X_largest: Largest


@dataclass
class Largest:
    """A maximum that adds up as sums do."""

    value: Array

    def __add__(self, other: Largest) -> Largest:
        return Largest(np.maximum(self.value, other.value))


def survey(shards: Sequence[Shard], classes: int) -> Survey:
    """One pass over the rows, in float64."""
    return total(shards, lambda _, shard: _part(shard, classes))


def gram(shards: Sequence[Shard], mean: Array) -> Array:
    """sum_i s_i (x_i - m)(x_i - m)^T, m the mean or 0.

    In float64 whatever X is: eigenvalues of badly scaled columns lie further apart
    than float32 can hold.
    """

    def part(number: int, shard: Shard) -> Gram:
        X, root = shard.features(np.float64), np.sqrt(shard.share)
        if isinstance(X, np.ndarray):
            rows = (X - mean) * root[:, None]
            return Gram(rows.T @ rows)
        rows = diags_array(root) @ X
        return Gram((rows.T @ rows).toarray() - shard.share.sum() * outer)

    outer = np.outer(mean, mean)
    return total(shards, part).value


@dataclass
class Gram(Sums):
    """A shard's part of the Gram matrix."""

    value: Array


def _part(shard: Shard, classes: int) -> Survey:
    X = shard.features(np.float64)
    size: Any = abs(X)
    T = shard.targets
    if T.ndim == 1:
        frequency = np.bincount(T, shard.share, minlength=classes)
    else:
        frequency = shard.share @ T
    largest = size.max(axis=0)
    largest = largest if isinstance(largest, np.ndarray) else largest.toarray()
    return Survey(
        shard.share @ X,
        shard.share @ size,
        shard.share @ (X * X),
        by_class(shard, classes),
        frequency.astype(np.float64, copy=False),
        Largest(np.asarray(largest).ravel()),
    )
