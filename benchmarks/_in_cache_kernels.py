"""Kernels to be timed alone: helpers handed arrays or pointers, and a clock."""

from __future__ import annotations

from typing import Any

import numba

from softjet.kernels._compile import inlined, kernel
from softjet.kernels._memory import at, get, keep, put


@inlined
def _largest_of_array(X: Any, start: int, length: int) -> float:
    m = -1e30
    for k in range(length):
        m = max(m, X[start + k])
    return m


@inlined
def _largest(x: Any, length: int) -> float:
    m = -1e30
    for k in range(length):
        m = max(m, get(x, k))
    return m


@inlined
def _put_shifted_array(X: Any, Y: Any, start: int, length: int, m: float) -> float:
    total = 0.0
    for k in range(length):
        Y[start + k] = X[start + k] - m
        total += Y[start + k]
    return total


@inlined
def _put_shifted(x: Any, y: Any, length: int, m: float) -> float:
    total = 0.0
    for k in range(length):
        put(y, k, get(x, k) - m)
        total += get(y, k)
    return total


@kernel
def by_arrays(X: Any, Y: Any, length: int, rows: int) -> float:
    """The largest of each row, and the row less it: two helpers, handed arrays."""
    total = 0.0
    for row in range(rows):
        k = row * length
        m = _largest_of_array(X, k, length)
        total += _put_shifted_array(X, Y, k, length, m)
    return total


@kernel
def by_pointers(X: Any, Y: Any, length: int, rows: int) -> float:
    """The same, handed pointers."""
    x, y, total = at(X, 0), at(Y, 0), 0.0
    for row in range(rows):
        k = row * length
        m = _largest(at(x, k), length)
        total += _put_shifted(at(x, k), at(y, k), length, m)
    keep(X)
    keep(Y)
    return total


@numba.njit
def chain(x: int, count: int) -> int:
    """Steps that wait for each other: a product, a shift and an exclusive or."""
    for _ in range(count):
        x *= 6364136223846793005
        x ^= x >> 29
    return x
