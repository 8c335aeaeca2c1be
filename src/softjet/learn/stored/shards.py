"""Shards of encoded rows that are read from disk when they are worked on.

One shard is held; while it is worked on, the system reads the next into its own cache
(`ChunkReader.expect`).  A pass goes through the file from one end to the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from softjet.learn.rows import Rows
from softjet.learn.shards import Shard
from softjet.learn.stored.chunks import ChunkReader

Read = tuple[NDArray[np.float32], NDArray[np.int32]]


class StoredShards(Sequence[Shard]):
    """Rows of a cache, cut into shards of `size` rows.

    Parameters
    ----------
    features, classes : ChunkReader, of (rows, features) and of (rows,) class ids
    size : int, rows of a shard
    weights : float64 (classes,), what a row of each class weighs
    mass : float, the sum of the weights of all rows
    """

    def __init__(
        self,
        features: ChunkReader,
        classes: ChunkReader,
        size: int,
        weights: NDArray[np.float64],
        mass: float,
    ) -> None:
        self.features, self.classes, self.size = features, classes, size
        self.shares = weights / mass
        self.alike = bool((weights == weights[0]).all())
        self._held: tuple[int, Read] | None = None

    def __len__(self) -> int:
        return -(-self.features.rows // self.size)

    @overload
    def __getitem__(self, number: int) -> Shard: ...
    @overload
    def __getitem__(self, number: slice) -> list[Shard]: ...
    def __getitem__(self, number: int | slice) -> Shard | list[Shard]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        place = range(len(self))[number]  # an IndexError beyond them
        return cast(Shard, StoredShard(self, place))

    def __iter__(self) -> Iterator[Shard]:
        return (self[i] for i in range(len(self)))

    def rows_of(self, number: int) -> int:
        """Rows of one shard; of the last what is left."""
        return min(self.size, self.features.rows - number * self.size)

    def read(self, number: int) -> Read:
        """Features and class ids; the last read are held, for they are asked again."""
        if self._held is None or self._held[0] != number:
            self._held = None  # its memory, before more is taken
            first, count = number * self.size, self.rows_of(number)
            X = self.features.read(first, count)
            ids = self.classes.read(first, count)[:, 0]
            self._expect((number + 1) % len(self))
            self._held = number, (X, ids)
        return self._held[1]

    def share_of(self, number: int) -> NDArray[np.float64]:
        """The share of the whole weight that each row has."""
        if self.alike:
            return np.full(self.rows_of(number), self.shares[0])
        return self.shares[self.read(number)[1]]

    def _expect(self, number: int) -> None:
        first, count = number * self.size, self.rows_of(number)
        self.features.expect(first, count)
        self.classes.expect(first, count)


class StoredShard:
    """A Shard that reads itself when it is looked at.

    How many rows it has is known without: an objective asks that of every shard.
    """

    narrow = None  # its rows are dense

    def __init__(self, shards: StoredShards, number: int) -> None:
        self._shards, self._number = shards, number

    @property
    def X(self) -> NDArray[np.float32]:
        """Features (rows, features)."""
        return self._shards.read(self._number)[0]

    @property
    def targets(self) -> NDArray[np.int32]:
        """Class ids (rows,)."""
        return self._shards.read(self._number)[1]

    @property
    def share(self) -> NDArray[np.float64]:
        """Shares of the whole weight (rows,)."""
        return self._shards.share_of(self._number)

    def features(self, dtype: Any) -> NDArray[Any]:
        """X in the dtype of the products."""
        return self.X.astype(dtype, copy=False)


class StoredRows(Rows):
    """Rows on disk; `has_spectrum` only where its making fits into the memory."""

    def __init__(
        self, shards: StoredShards, mass: float, n_classes: int, spectrum: bool
    ) -> None:
        super().__init__(shards, mass, n_classes)
        self._may_have_spectrum = spectrum

    @property
    def has_spectrum(self) -> bool:
        """Whether the Gram matrix is decomposed."""
        return self._may_have_spectrum and super().has_spectrum
