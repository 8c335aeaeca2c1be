"""Shards: the rows of a table, cut so that the logits of one at a time fit in memory.

Every sum over rows is made shard by shard and added up in a tree that depends on their
number alone.  So whatever carries the shards (memory, a file, other processes) and in
whatever order they come, the sum has the same bits; `partials.py` says what is summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from softjet.learn.touched import Narrow

# Rows of a shard: fewer, and adding its gradient to the sum shows beside the products.
MOST_ROWS, LEAST_ROWS = 4096, 64
# Bytes of one array of a sparse shard: its products are over soon, so its time is that
# of reading and writing, and what stays in the caches is read 3 to 5 times as fast.
CACHED = 6 << 20
# Sparse shards that are added into one matrix: a tree of whole ones would cost more.
FOLD = 256
# Arrays of rows x classes that are alive while a shard is worked on.
ALIVE = 4


@dataclass(frozen=True)
class Shard:
    """Some rows: features, targets, and the share of the whole weight each row has."""

    X: Any  # (rows, features), dense or CSR, float32 or float64
    targets: NDArray[Any]  # (rows,) class ids, or (rows, classes) probabilities
    share: NDArray[np.float64]  # (rows,)

    def features(self, dtype: Any) -> Any:
        """X in the dtype of the products."""
        return self.X.astype(dtype, copy=False)

    @cached_property
    def narrow(self) -> Narrow | None:
        """Sparse rows over the features they touch; None of dense ones."""
        return None if isinstance(self.X, np.ndarray) else Narrow.of(self.X)


class Addable(Protocol):
    """What a tree adds up."""

    def __add__(self, other: Any) -> Any: ...


Sum = TypeVar("Sum", bound=Addable)


def rows_of_a_shard(
    classes: int, itemsize: int, memory: int, most: int = MOST_ROWS
) -> int:
    """As many rows as a quarter of the memory holds the working arrays of."""
    rows = memory // 4 // (ALIVE * itemsize * classes)
    return max(LEAST_ROWS, min(most, rows // LEAST_ROWS * LEAST_ROWS))


def cut(
    X: Any, targets: NDArray[Any], share: NDArray[np.float64], rows: int
) -> list[Shard]:
    """Rows in memory as shards of `rows` each; views, where X is dense."""
    if not isinstance(X, np.ndarray):
        X = csr_array(X)
    return [
        Shard(X[i : i + rows], targets[i : i + rows], share[i : i + rows])
        for i in range(0, X.shape[0], rows)
    ]


def total(shards: Sequence[Shard], part: Callable[[int, Shard], Sum]) -> Sum:
    """part(number, shard), added up in the tree."""
    return tree(folded(part(i, shard) for i, shard in enumerate(shards)))


def folded(parts: Iterable[Sum]) -> Iterator[Sum]:
    """Sparse parts added into whole ones, FOLD at a time; others as they come."""
    held: Any = None
    count = 0
    for part in parts:
        if not getattr(part, "sparse", False):
            yield part
            continue
        held, count = (part, 1) if held is None else (held + part, count + 1)
        if count == FOLD:
            yield held
            held = None
    if held is not None:
        yield held.whole()


def tree(parts: Iterable[Sum]) -> Sum:
    """The sum of parts that come in order, by halves: log2 of them are held at most."""
    waiting: list[tuple[int, Sum]] = []
    for part in parts:
        height, sum_ = 0, part
        while waiting and waiting[-1][0] == height:
            sum_ = waiting.pop()[1] + sum_
            height += 1
        waiting.append((height, sum_))
    sum_ = waiting.pop()[1]
    while waiting:
        sum_ = waiting.pop()[1] + sum_
    return sum_
