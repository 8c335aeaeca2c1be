"""A table with its targets: the shards, and what holds of them at every point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn.partials import Array
from softjet.learn.shards import (
    CACHED,
    MOST_ROWS,
    Shard,
    cut,
    rows_of_a_shard,
)
from softjet.learn.survey import MOST_FEATURES, Survey, gram, survey


class Rows:
    """Shards of rows, wherever they are stored.

    Parameters
    ----------
    shards : sequence of Shard; reading one by its number may mean reading a file
    mass : float, the sum of the weights, of which the shards hold the shares
    n_classes : int
    """

    def __init__(self, shards: Sequence[Shard], mass: float, n_classes: int) -> None:
        self.shards, self.mass, self.n_classes = shards, mass, n_classes
        first = shards[0].X
        self.dtype = np.dtype(first.dtype)
        self.n_features = int(first.shape[1])
        self.dense = isinstance(first, np.ndarray)
        self._spectra: dict[bool, tuple[Array, Array]] = {}

    @classmethod
    def of(
        cls, X: Any, targets: NDArray[Any], weights: Array, n_classes: int, memory: int
    ) -> Rows:
        """Rows in memory, cut so that the logits of a shard fit into `memory` bytes."""
        mass = float(weights.sum())
        dense = isinstance(X, np.ndarray)
        most = MOST_ROWS if dense else CACHED // (8 * n_classes)
        # As for float64, in which also the last look at float32 rows is taken.
        rows = rows_of_a_shard(n_classes, 8, memory, most)
        return cls(cut(X, targets, weights / mass, rows), mass, n_classes)

    @cached_property
    def survey(self) -> Survey:
        """Sums over the features, in one pass."""
        return survey(self.shards, self.n_classes)

    @property
    def has_spectrum(self) -> bool:
        """Whether the Gram matrix is worth its eigendecomposition."""
        if self.dense:
            return self.n_features <= MOST_FEATURES
        # Each use costs two products of features x features: no more than a pass does.
        entries = sum(shard.X.nnz for shard in self.shards)
        return self.n_features <= min(MOST_FEATURES, entries**0.5)

    def spectrum(self, centred: bool) -> tuple[Array, Array]:
        """Eigenvalues and eigenvectors of the Gram matrix: computed once."""
        if centred not in self._spectra:
            mean = self.survey.X_mean if centred else np.zeros(self.n_features)
            a, Q = np.linalg.eigh(gram(self.shards, mean))
            self._spectra[centred] = np.maximum(a, 0.0), Q
        return self._spectra[centred]
