"""Products of blocks: any strides, edges, sums; by tiles and by BLAS."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from softjet.fused import _blas, _products
from softjet.kernels.available import available

Array = Any
KINDS = {"float32": 2.0**-24, "float64": 2.0**-53}
SHAPES = ((96, 40, 33), (100, 513, 70), (131, 1100, 95), (104, 64, 64), (97, 33, 200))
LAYOUTS = ("lines", "columns", "strided")


def laid(shape: tuple[int, int], layout: str, dtype: str, seed: int) -> Array:
    rng, (m, n) = np.random.default_rng([5, seed]), shape
    if layout == "lines":
        return rng.standard_normal((m, n)).astype(dtype)
    if layout == "columns":
        return rng.standard_normal((n, m)).astype(dtype).T
    return rng.standard_normal((2 * m, 3 * n)).astype(dtype)[::2, ::3]


@pytest.fixture(params=["tiles", "BLAS"])
def multiply(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each way, whatever this processor would choose."""
    if request.param == "BLAS":
        return _blas.multiply
    if not available():
        pytest.skip("no kernels without Numba")
    from softjet.kernels import products

    monkeypatch.setattr(_products, "_kernel", lambda: products.multiply)
    monkeypatch.setattr(_products, "ROWS", 8)
    return _products.multiply


@pytest.mark.parametrize(
    "layouts", [*itertools.product(LAYOUTS, LAYOUTS)], ids="-".join
)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", KINDS)
def test_products_are_right_entry_by_entry(
    multiply: Any, dtype: str, shape: tuple[int, int, int], layouts: tuple[str, str]
) -> None:
    m, k, n = shape
    a, b = laid((m, k), layouts[0], dtype, 1), laid((k, n), layouts[1], dtype, 2)
    around = np.full((m + 2, n + 9), 7, dtype)
    out = around[1:-1, 3 : n + 3]
    want = a.astype(np.longdouble) @ b.astype(np.longdouble)
    size = np.abs(a).astype(float) @ np.abs(b).astype(float)
    bound = (k + 2) * KINDS[dtype] * size
    multiply(a, b, out)
    assert (np.abs(out - want) <= bound).all()
    multiply(a, b, out, add=True)
    assert (np.abs(out - 2 * want) <= 3 * bound).all()
    out[...] = 7
    assert (around == 7).all()  # and nothing was written beside it


def test_a_row_does_not_depend_on_the_others(multiply: Any) -> None:
    """A bit of an answer is the same wherever its row lies in a block."""
    if multiply is _blas.multiply:
        return  # OpenBLAS promises nothing of the kind
    a, b = laid((120, 300), "lines", "float32", 3), laid((300, 64), "lines", "f4", 4)
    whole, part = np.empty((120, 64), "f4"), np.empty((101, 64), "f4")
    multiply(a, b, whole)
    multiply(a[19:], b, part)
    np.testing.assert_array_equal(whole[19:], part)


def test_what_tiles_are_not_made_for_goes_to_blas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(_products, "_kernel", lambda: lambda *told: asked.append(told))
    few = np.ones((8, 64), "f4"), np.ones((64, 64), "f4"), np.empty((8, 64), "f4")
    _products.multiply(*few)
    backwards = np.ones((256, 64), "f4")[:, ::-1]
    out = np.empty((256, 64), "f4")
    _products.multiply(backwards, few[1], out)
    assert not asked
    assert (out == 64).all()
    _products.multiply(np.ones((256, 64), "f4"), few[1], out)
    assert len(asked) == 1


@pytest.mark.parametrize("depth", [256, 1024, 4096])
def test_the_error_does_not_grow_with_the_depth(
    monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    """Sums of 128 terms, summed: one chain of 4096 would be 1.1e-6 off."""
    if not available():
        pytest.skip("no kernels without Numba")
    from softjet.kernels import products

    monkeypatch.setattr(_products, "_kernel", lambda: products.multiply)
    monkeypatch.setattr(_products, "ROWS", 8)
    a, b = laid((96, depth), "lines", "f4", 6), laid((depth, 64), "lines", "f4", 7)
    out = np.zeros((96, 64), "f4")
    half = depth // 2
    _products.multiply(a[:, :half], b[:half], out)
    _products.multiply(a[:, half:], b[half:], out, add=True)
    want = a.astype(float) @ b.astype(float)
    assert np.linalg.norm(out - want) <= 3e-7 * np.linalg.norm(want)


def test_nan_and_infinity_stay_in_their_rows(multiply: Any) -> None:
    a, b = np.ones((110, 50), "f4"), np.ones((50, 40), "f4")
    a[100, 3], a[7, 2] = np.nan, np.inf
    out = np.empty((110, 40), "f4")
    multiply(a, b, out)
    assert np.isnan(out[100]).all()
    assert (out[7] == np.inf).all()
    assert (np.delete(out, [7, 100], 0) == 50).all()
