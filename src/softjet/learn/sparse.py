"""Sparse products with dense matrices, by softjet's threads.

SciPy's run on one thread and hold the interpreter meanwhile; they serve where the
compiled kernels cannot, or a matrix does not lie line by line.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.kernels import threads
from softjet.kernels.available import available

# Entries of the answer in a thread's piece: some tens of microseconds.
PIECE = 1 << 16
# Entries for which a kernel is worth being loaded, or compiled where it never was.
LEAST = 1 << 16


def multiply(X: Any, B: NDArray[Any]) -> NDArray[Any]:
    """X B in the dtype of B; X in CSR form."""
    X = X.astype(B.dtype, copy=False)
    shape = X.shape[0], B.shape[1]
    if not (_worth(shape) and B.flags.c_contiguous and B.dtype.char in "fd"):
        return X @ B
    from softjet.kernels import sparse_products

    C = np.empty(shape, B.dtype)
    matrix, b, c = (X.indptr, X.indices, X.data), B.reshape(-1), C.reshape(-1)

    def work(first: int, last: int) -> None:
        sparse_products.multiply(*matrix, b, c, C.shape[1], first, last)

    threads.spread(work, len(C), _step(C))
    return C


def add_lines(V: NDArray[Any], places: NDArray[Any], M: NDArray[Any]) -> None:
    """M[places] += V, no place twice."""
    if not (_worth(V.shape) and V.flags.c_contiguous and M.flags.c_contiguous):
        M[places] += V
        return
    from softjet.kernels import sparse_products

    v, m = V.reshape(-1), M.reshape(-1)

    def work(first: int, last: int) -> None:
        sparse_products.add_lines(v, places, m, V.shape[1], first, last)

    threads.spread(work, len(V), _step(V))


def _worth(shape: tuple[int, ...]) -> bool:
    return math.prod(shape) >= LEAST and available()


def _step(lines: NDArray[Any]) -> int:
    return max(1, PIECE // max(1, lines.shape[1]))
