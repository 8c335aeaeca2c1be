"""Matrix products of blocks: by our own tiles where these are faster, or by BLAS.

On a core with AVX-512 (Zen 4) blocks of a layer 256 wide ran at 105 GF/s of 118 by
tiles and at 99 by OpenBLAS, of wider layers at the same rate, with two thirds of the
error: `python -m benchmarks.fused_linear --products`, kernels/products.py.  Which way a
product goes depends on its shape alone, and so do its bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..kernels.available import available
from . import _blas

KINDS = frozenset(np.dtype(name) for name in ("float32", "float64"))
# Fewer rows than this, and laying the panels costs more than the tiles gain: hvp in
# blocks of 147 rows was 5 % slower by tiles.
ROWS, COLUMNS, DEPTH = 256, 32, 32


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray, add: bool = False) -> None:
    """out = a b, or out += a b; `out` overlaps neither."""
    kernel = _kernel()
    if kernel is None or not _ours(a, b, out):
        _blas.multiply(a, b, out, add)
        return
    size = out.itemsize
    told = [(_flat(x), *(n // size for n in x.strides)) for x in (a, b, out)]
    (A, *along_a), (B, *along_b), (C, pitch, _) = told
    kernel(A, *along_a, B, *along_b, C, pitch, *out.shape, a.shape[1], add)


def _ours(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> bool:
    rows, columns = out.shape
    large = rows >= ROWS and columns >= COLUMNS and a.shape[1] >= DEPTH
    kind = out.dtype
    if not (large and kind in KINDS and a.dtype == kind and b.dtype == kind):
        return False
    if out.strides[1] != out.itemsize:
        return False
    return all(_steps(x) and x.flags.aligned for x in (a, b, out))


def _steps(x: np.ndarray) -> bool:
    """Whether strides are whole numbers of entries, forwards."""
    return all(n >= 0 and n % x.itemsize == 0 for n in x.strides)


def _flat(x: np.ndarray) -> np.ndarray:
    """The memory from the first entry to the last, as one line."""
    if x.flags.c_contiguous:
        return x.reshape(-1)
    if x.flags.f_contiguous:
        return x.T.reshape(-1)
    reach = sum((n - 1) * step for n, step in zip(x.shape, x.strides, strict=True))
    return np.lib.stride_tricks.as_strided(
        x, (reach // x.itemsize + 1,), (x.itemsize,), writeable=x.flags.writeable
    )


@cache
def _kernel() -> Any:
    """The product by tiles, where vectors are as wide as they were measured with."""
    if not available():
        return None
    from ..kernels import _tile, products

    return products.multiply if _tile.whole() else None
