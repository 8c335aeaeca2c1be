"""What is raced: a function on a shape, a dtype, an axis and so many threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import ml_dtypes
import numpy as np

import softjet as sj

DTYPES = {
    "float32": np.dtype(np.float32),
    "float64": np.dtype(np.float64),
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
}
# From tables of a few classes to the vocabularies of language models, then one row.
ROWS = (
    (65536, 10),
    (1024, 64),
    (4096, 1000),
    (32768, 512),
    (1024, 50257),
    (64, 128256),
    (1, 1000000),
)
OTHER_DTYPE_ROWS = ((65536, 10), (4096, 1000), (64, 128256))
ENTRIES = ((1000,), (4096, 1000), (4096, 4096))
OTHER_DTYPE_ENTRIES = ((4096, 1000),)


@dataclass(frozen=True)
class Case:
    """One race: the file in benchmarks/speed, and what its contenders are given."""

    function: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    axis: int | None = -1  # None: entry by entry
    threads: int = 1

    def __str__(self) -> str:
        axis = "" if self.axis is None else f", axis {self.axis}"
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{self.shape} {self.dtype}{axis}, {threads}"


def rows(function: str) -> Iterator[Case]:
    """The cases of a function of rows: K from 2 to a million, and down the columns."""
    for shape in (*ROWS, (65536, 2)):
        yield Case(function, shape)
    yield Case(function, (1000, 4096), axis=0)
    yield Case(function, (50257, 1024), axis=0)
    yield from _other_dtypes(function, OTHER_DTYPE_ROWS)


def entries(function: str) -> Iterator[Case]:
    """The cases of a function of entries."""
    for shape in ENTRIES:
        yield Case(function, shape, axis=None)
    yield from _other_dtypes(function, OTHER_DTYPE_ENTRIES, axis=None)


def _other_dtypes(
    function: str, shapes: Iterable[tuple[int, ...]], axis: int | None = -1
) -> Iterator[Case]:
    for dtype in ("float64", "float16", "bfloat16"):
        for shape in shapes:
            yield Case(function, shape, dtype, axis)


class Data:
    """The arrays of a case, drawn when first asked for, the same in every run.

    Logits have standard deviation 2: probabilities neither equal nor one-hot, and
    within torch.softplus's threshold, beyond which it answers x.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.axis, self.threads = case.axis, case.threads
        self.dtype = DTYPES[case.dtype]

    @cached_property
    def x(self) -> np.ndarray:
        return self._normal(1, 2.0)

    @cached_property
    def x_dot(self) -> np.ndarray:
        return self._normal(2, 1.0)

    @cached_property
    def y_bar(self) -> np.ndarray:
        return self._normal(3, 1.0)

    @cached_property
    def y(self) -> np.ndarray:
        return sj.softmax(self.x, axis=self.axis)

    def output(self) -> np.ndarray:
        """New memory of the shape of x, touched: no page is missing in the race."""
        return np.zeros_like(self.x)

    def numbers(self) -> np.ndarray:
        """New memory for one number a row."""
        assert self.axis is not None
        return np.zeros(np.delete(self.case.shape, self.axis), self.dtype)

    @cached_property
    def ids(self) -> np.ndarray:
        assert self.axis is not None
        count = self.case.shape[self.axis]
        return np.random.default_rng(4).integers(0, count, self.numbers().shape)

    @cached_property
    def targets(self) -> np.ndarray:
        """Probabilities of entries, for binary cross-entropy."""
        drawn = np.random.default_rng(5).random(self.case.shape, np.float32)
        return drawn.astype(self.dtype)

    def _normal(self, seed: int, scale: float) -> np.ndarray:
        wide = np.float64 if self.dtype.itemsize == 8 else np.float32
        drawn = np.random.default_rng(seed).standard_normal(self.case.shape, wide)
        drawn *= scale
        return drawn.astype(self.dtype, copy=False)
