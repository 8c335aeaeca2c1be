"""Products into given memory, and BLAS's threads held while pieces are at work."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.fused import _blas

Array = Any
RNG = np.random.default_rng(1)


def layouts(x: Array) -> dict[str, Array]:
    """The same numbers as they may lie."""
    around = np.zeros((x.shape[0] + 3, x.shape[1] + 5), x.dtype)
    around[1 : 1 + x.shape[0], 2 : 2 + x.shape[1]] = x
    return {
        "C": x.copy(),
        "F": np.array(x, order="F"),
        "part": around[1 : 1 + x.shape[0], 2 : 2 + x.shape[1]],
        "spaced": np.repeat(x, 2, axis=1)[:, ::2],
        "reversed": x[::-1].copy()[::-1],
    }


NAMES = ("C", "F", "part", "spaced", "reversed")


@pytest.fixture(params=["gemm", "matmul"])
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """NumPy's own OpenBLAS where it is, and no library that can be called."""
    if request.param == "matmul":
        monkeypatch.setattr(_blas, "library", lambda: None)
    return request.param


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 1, 7), (1, 9, 4), (33, 17, 65)])
@pytest.mark.parametrize("names", [*itertools.product(NAMES, NAMES)], ids="x".join)
def test_products_of_any_layout(
    names: tuple[str, str], shape: tuple[int, ...], dtype: Any, way: str
) -> None:
    rows, inner, columns = shape
    a, b = RNG.normal(size=(rows, inner)), RNG.normal(size=(inner, columns))
    a, b = a.astype(dtype), b.astype(dtype)
    start = RNG.normal(size=(rows, columns)).astype(dtype)
    exact = a.astype(float) @ b.astype(float)
    size = abs(a).astype(float) @ abs(b).astype(float) + abs(start)
    bound = (inner + 1) * np.finfo(dtype).eps * size
    for layout, add in itertools.product(NAMES, (False, True)):
        out = layouts(start)[layout]
        _blas.multiply(layouts(a)[names[0]], layouts(b)[names[1]], out, add=add)
        assert (abs(out - exact - start * add) <= bound).all(), (layout, add)


def test_nothing_beside_the_output_is_touched(way: str) -> None:
    around = np.full((9, 9), 7.0)
    _blas.multiply(np.ones((3, 2)), np.ones((2, 4)), around[2:5, 3:7], add=True)
    want = np.full((9, 9), 7.0)
    want[2:5, 3:7] = 9.0
    np.testing.assert_array_equal(around, want)


@pytest.mark.parametrize("shape", [(0, 3, 2), (3, 0, 2), (3, 2, 0)])
def test_empty_products(shape: tuple[int, int, int], way: str) -> None:
    rows, inner, columns = shape
    out = np.ones((rows, columns))
    _blas.multiply(np.ones((rows, inner)), np.ones((inner, columns)), out, add=True)
    assert (out == 1).all()
    _blas.multiply(np.ones((rows, inner)), np.ones((inner, columns)), out)
    assert (out == 0).all()


def test_wrong_shapes_and_dtypes_never_reach_the_library() -> None:
    if _blas.library() is None:
        pytest.skip("matmul has its own refusals")
    out = np.zeros((2, 2), np.float32)
    with pytest.raises(ValueError, match="no product"):
        _blas.multiply(np.ones((2, 3), np.float32), np.ones((2, 2), np.float32), out)
    with pytest.raises(ValueError, match="float64"):
        _blas.multiply(np.ones((2, 3)), np.ones((3, 2)), out)


def test_numpys_wheels_carry_a_library_that_is_found() -> None:
    folders = {path.parent.name for path in _blas._candidates()}
    if not folders:
        pytest.skip("this NumPy was built on a BLAS of the system")
    assert _blas.library() is not None


def test_blas_keeps_to_its_thread_and_is_put_back() -> None:
    found = _blas.library()
    if found is None:
        pytest.skip("no library whose threads could be held")
    before, seen = found.get_threads(), []
    found.set_threads(2)
    try:
        with sj.threads(2):
            _blas.spread(lambda a, b: seen.append(found.get_threads()), 5, 1)
            assert found.get_threads() == 2
            with _blas.alone(), _blas.alone():
                assert found.get_threads() == 1
            with pytest.raises(KeyError):
                _blas.spread(lambda a, b: {}[a], 3, 1)
        assert seen == [1] * 5
        assert found.get_threads() == 2
    finally:
        found.set_threads(before)


def test_the_last_of_several_callers_puts_the_number_back() -> None:
    found = _blas.library()
    if found is None:
        pytest.skip("no library whose threads could be held")
    before = found.get_threads()
    found.set_threads(2)
    inside, leave = threading.Barrier(3, timeout=20), threading.Event()

    def hold() -> None:
        with _blas.alone():
            inside.wait()
            leave.wait(20)

    threads = [threading.Thread(target=hold) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        inside.wait()
        assert found.get_threads() == 1
        leave.set()
        for thread in threads:
            thread.join()
        assert found.get_threads() == 2
    finally:
        leave.set()
        found.set_threads(before)


def test_a_forked_child_is_held_by_nobody() -> None:
    found = _blas.library()
    if found is None:
        pytest.skip("no library whose threads could be held")
    before = found.get_threads()
    found.set_threads(2)
    try:
        with _blas.alone():
            _blas._restart()  # what a child does first
            assert found.get_threads() == 2
        assert found.get_threads() == 2
        with _blas.alone():
            assert found.get_threads() == 1
        assert found.get_threads() == 2
    finally:
        found.set_threads(before)


def test_pieces_are_the_same_for_any_number_of_threads(way: str) -> None:
    for count in (1, 3):
        seen: list[tuple[int, int]] = []
        with sj.threads(count):
            _blas.spread(lambda a, b, seen=seen: seen.append((a, b)), 10, 4)
        assert sorted(seen) == [(0, 4), (4, 8), (8, 10)]
