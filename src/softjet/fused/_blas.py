"""Matrix products of blocks into memory that is there already, and BLAS's threads.

NumPy's matmul cannot add to its output, and its BLAS spreads one product over threads
of its own.  The OpenBLAS that NumPy's wheels carry does both when called directly: at
(1024, 768, 50257) in blocks of 256 rows, a sum by beta = 1 costs 1.11 times the whole
products, a temporary and an addition 1.28 times (docs/design/fused.md).  Without it
(MKL, Accelerate, a BLAS of the system) matmul serves, slower.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..kernels import threads

ROWS, PLAIN, TRANSPOSED = 101, 111, 112  # names of CBLAS
# Bytes of a product on its way into a sum, where BLAS cannot add.
ASIDE = 1 << 20


class Library(NamedTuple):
    """What is used of an OpenBLAS: gemm by type, and its number of threads."""

    gemm: dict[np.dtype, Callable[..., None]]
    get_threads: Callable[[], int]
    set_threads: Callable[[int], None]


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray, add: bool = False) -> None:
    """out = a b, or out += a b.

    Matrices of one dtype, float32 or float64; transposed views and blocks of larger
    arrays are taken as they lie.  `out` overlaps neither.
    """
    found = library()
    order = None if found is None else _order(out)
    if found is None or order is None:
        _by_matmul(a, b, out, add)
    elif order == TRANSPOSED:
        _by_gemm(found, b.T, a.T, out.T, add)
    else:
        _by_gemm(found, a, b, out, add)


def spread(work: Callable[[int, int], object], count: int, step: int) -> None:
    """work(start, stop) over pieces by softjet's threads, each BLAS call on its own.

    The pieces are the same for any number of threads, and so are the bits of the
    products.  Where BLAS's threads cannot be held, pieces run one after another: two
    pools of threads on the same cores cost 1.6 to 2.5 times.
    """
    if library() is None:
        for start in range(0, count, step):
            work(start, min(start + step, count))
        return
    with alone():
        threads.spread(work, count, step)


@contextmanager
def alone() -> Iterator[None]:
    """BLAS on the thread that calls it, here and in the threads called from here."""
    found = library()
    if found is None:
        yield
        return
    _hold(found, +1)
    try:
        yield
    finally:
        _hold(found, -1)


@cache
def library() -> Library | None:
    """The OpenBLAS that NumPy itself uses, if it is one that can be called."""
    for path in _candidates():
        with suppress(OSError, AttributeError, ValueError):
            return _opened(path)
    return None


# -- gemm ------------------------------------------------------------------------------


def _by_gemm(
    found: Library, a: np.ndarray, b: np.ndarray, out: np.ndarray, add: bool
) -> None:
    rows, columns = out.shape
    inner = a.shape[1]
    if a.shape != (rows, inner) or b.shape != (inner, columns):
        raise ValueError(f"no product {a.shape} x {b.shape} -> {out.shape}")
    if not (a.dtype == b.dtype == out.dtype):
        raise ValueError(f"a product of {a.dtype} and {b.dtype} into {out.dtype}")
    if not (rows and columns and inner):
        if not add:
            out[...] = 0
        return
    a, turn_a = _lying(a)
    b, turn_b = _lying(b)
    found.gemm[out.dtype](
        ROWS,
        turn_a,
        turn_b,
        rows,
        columns,
        inner,
        1.0,
        *_place(a, turn_a),
        *_place(b, turn_b),
        1.0 if add else 0.0,
        *_place(out, PLAIN),
    )


def _order(a: np.ndarray) -> int | None:
    """How BLAS can read a matrix where it lies, or None."""
    for turned, (across, along), length in (
        (PLAIN, a.strides, a.shape[1]),
        (TRANSPOSED, a.strides[::-1], a.shape[0]),
    ):
        lines = a.shape[0] if turned == PLAIN else a.shape[1]
        solid = along == a.itemsize or length == 1
        apart = lines == 1 or (
            across >= length * a.itemsize and across % a.itemsize == 0
        )
        if solid and apart:
            return turned
    return None


def _lying(a: np.ndarray) -> tuple[np.ndarray, int]:
    order = _order(a)
    return (np.ascontiguousarray(a), PLAIN) if order is None else (a, order)


def _place(a: np.ndarray, turned: int) -> tuple[int, int]:
    """Address and leading dimension."""
    across, length = a.strides[0], a.shape[1]
    if turned == TRANSPOSED:
        across, length = a.strides[1], a.shape[0]
    # Of a single line the stride says nothing.
    return a.__array_interface__["data"][0], max(across // a.itemsize, length)


def _by_matmul(a: np.ndarray, b: np.ndarray, out: np.ndarray, add: bool) -> None:
    if not add:
        np.matmul(a, b, out=out)
        return
    step = max(1, ASIDE // max(1, out.shape[1] * out.itemsize))
    for start in range(0, out.shape[0], step):
        out[start : start + step] += a[start : start + step] @ b


# -- the library -----------------------------------------------------------------------


def _candidates() -> list[Path]:
    # Linux and Windows wheels keep it beside the package, macOS's inside.
    package = Path(np.__file__).parent
    folders = (package.parent / "numpy.libs", package / ".dylibs")
    return [path for folder in folders for path in sorted(folder.glob("*openblas*"))]


def _opened(path: Path) -> Library:
    # Only the copy that NumPy has loaded: a second one would have threads of its own.
    handle = ctypes.CDLL(str(path), mode=getattr(os, "RTLD_NOLOAD", 0))
    before, after, whole = _naming(handle)

    def named(name: str, result: Any, *kinds: Any) -> Any:
        function = getattr(handle, f"{before}{name}{after}")
        function.restype, function.argtypes = result, kinds
        return function

    def gemm(letter: str, real: Any) -> Any:
        flag, matrix = ctypes.c_int, (ctypes.c_void_p, whole)
        sizes, scale = (whole,) * 3, real
        kinds = (flag,) * 3, sizes, (scale,), matrix, matrix, (scale,), matrix
        return named(f"cblas_{letter}gemm", None, *(k for part in kinds for k in part))

    made = Library(
        {
            np.dtype(np.float32): gemm("s", ctypes.c_float),
            np.dtype(np.float64): gemm("d", ctypes.c_double),
        },
        named("openblas_get_num_threads", ctypes.c_int),
        named("openblas_set_num_threads", None, ctypes.c_int),
    )
    _prove(made)
    return made


def _naming(handle: ctypes.CDLL) -> tuple[str, str, Any]:
    """Prefix, suffix and integers: 64 bits where a name ends so."""
    for before in ("scipy_", ""):
        for after, whole in (("64_", ctypes.c_int64), ("", ctypes.c_int)):
            if hasattr(handle, f"{before}cblas_sgemm{after}"):
                return before, after, whole
    raise AttributeError("no cblas_sgemm")


def _prove(found: Library) -> None:
    """A product whose answer is known: other names, other integers show here."""
    for dtype in found.gemm:
        a, b = np.arange(6, dtype=dtype).reshape(2, 3), np.ones((4, 3), dtype)
        out = np.ones((2, 4), dtype)
        _by_gemm(found, a, b.T, out, add=True)
        if not (out == [[4.0], [13.0]]).all():
            raise ValueError("not the gemm that was expected")
    if found.get_threads() < 1:
        raise ValueError("no number of threads")


# -- threads ---------------------------------------------------------------------------

_lock, _holders, _before = threading.Lock(), 0, 1


def _hold(found: Library, change: int) -> None:
    # The number is the process's: the first to come remembers it, the last restores it.
    global _holders, _before
    with _lock:
        if _holders == 0:
            _before = found.get_threads()
        _holders = max(0, _holders + change)
        number = 1 if _holders else _before
        if found.get_threads() != number:
            found.set_threads(number)


def _restart() -> None:
    # A forked child has the forking thread alone: nobody else will let go.
    global _lock, _holders
    _lock, held, _holders = threading.Lock(), _holders, 0
    found = library() if held else None
    if found is not None:
        found.set_threads(_before)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)
