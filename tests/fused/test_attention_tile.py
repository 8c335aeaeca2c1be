"""A tile's product, in every order of its factors; and the weights made from scores."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest

from softjet.kernels._attention_row import weight
from softjet.kernels._loop import entrywise
from softjet.kernels._memory import at
from softjet.kernels._tile import ROWS, columns, tile

_weights = entrywise(weight, 2)


@numba.njit
def product(
    A: Any, row: int, column: int, B: Any, line: int, depth: int, C: Any, add: int
) -> None:
    tile(at(A, 0), row, column, at(B, 0), line, depth, at(C, 0), C.shape[1], add)


@numba.njit
def run_weight(X: Any, S: Any, Y: Any) -> None:
    _weights((at(X, 0), at(S, 0)), at(Y, 0), 0, X.size)


def chain(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Fused multiply-adds from the first term on, one rounding each."""
    c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for i, j in np.ndindex(*c.shape):
        total = Fraction(0)
        for k in range(a.shape[1]):
            exact = Fraction(float(a[i, k])) * Fraction(float(b[k, j])) + total
            # Through float64 only if that rounds nothing: float32 products do fit.
            total = Fraction(float(a.dtype.type(float(exact))))
        c[i, j] = float(total)
    return c


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 7, 64])
def test_products_of_rows_and_of_columns(dtype: Any, turned: bool, depth: int) -> None:
    rng = np.random.default_rng(depth)
    wide = columns(np.dtype(dtype).itemsize)
    # Small whole numbers: sums are exact, in any order.
    a = rng.integers(-9, 9, (ROWS, depth)).astype(dtype)
    b = rng.integers(-9, 9, (depth, wide + 3)).astype(dtype)
    c = np.full((ROWS, wide + 5), 7, dtype)
    lying = np.ascontiguousarray(a.T if turned else a)
    row, column = (1, ROWS) if turned else (depth, 1)
    for add in (0, 1):
        before = c.copy()
        product(lying.ravel(), row, column, b.ravel(), wide + 3, depth, c, add)
        exact = a.astype(float) @ b[:, :wide].astype(float)
        assert (c[:, :wide] == exact + add * before[:, :wide]).all()
        assert (c[:, wide:] == 7).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_entry_is_one_chain_of_fused_sums(dtype: Any) -> None:
    rng = np.random.default_rng(0)
    wide = columns(np.dtype(dtype).itemsize)
    a = rng.standard_normal((ROWS, 20)).astype(dtype)
    b = rng.standard_normal((20, wide)).astype(dtype)
    c = np.zeros((ROWS, wide), dtype)
    product(a.ravel(), 20, 1, b.ravel(), wide, 20, c, 0)
    exact = chain(a, b)
    # Rounding to float64 on the way to float32 may differ in its last bit, rarely.
    assert (c == exact).mean() > 0.999
    assert (abs(c - exact) <= np.spacing(abs(exact))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_right_to_2_u_and_a_part_of_u_for_each_unit(
    dtype: Any,
) -> None:
    u, part = (2.0**-24, 20) if dtype is np.float32 else (2.0**-53, 3)
    x = -np.random.default_rng(0).uniform(0, 85, 1 << 16).astype(dtype)
    y = np.empty_like(x)
    run_weight(x, np.zeros_like(x), y)
    wide = x.astype(np.longdouble)
    error = abs(y / np.exp(wide) - 1)
    assert (error <= u * (2 + abs(wide) / part)).all()
    shifted = np.empty_like(x)
    run_weight(x, np.full_like(x, -5), shifted)
    assert (shifted == 32 * y).all()
