"""float16 and bfloat16 widened and narrowed as NumPy and ml_dtypes do it."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from softjet.kernels import bfloat, half

KINDS = {
    "float16": (half, np.dtype(np.float16)),
    "bfloat16": (bfloat, np.dtype(ml_dtypes.bfloat16)),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Any, np.dtype]:
    kernels, dtype = KINDS[request.param]
    if kernels is half and not half.converts():
        pytest.skip("this processor has no instructions for float16")
    return kernels, dtype


def test_every_number_is_widened_exactly(kind: tuple[Any, np.dtype]) -> None:
    kernels, dtype = kind
    bits = np.arange(1 << 16, dtype=np.uint16)
    wide = np.empty(bits.size, np.float32)
    kernels.widen(bits, wide)
    want = bits.view(dtype).astype(np.float32)
    np.testing.assert_array_equal(wide, want)  # NaN where it is, which may be quieted
    np.testing.assert_array_equal(np.signbit(wide), np.signbit(want))


@pytest.mark.parametrize("size", [1, 15, 17, 300_001])
def test_floats_are_rounded_to_nearest(kind: tuple[Any, np.dtype], size: int) -> None:
    """Any bits, ties of both kinds, NaN with payloads, and what overflows."""
    kernels, dtype = kind
    rng = np.random.default_rng(size)
    bits = rng.integers(0, 1 << 32, size, dtype=np.uint64).astype(np.uint32)
    places = np.uint32(0xFFFF if dtype.name == "bfloat16" else 0x1FFF)
    third = slice(0, size, 3)
    bits[third] = (bits[third] & ~places) | (places // 2 + 1)
    bits[1::50] |= np.uint32(0x7F800000)
    wide = bits.view(np.float32)
    with np.errstate(all="ignore"):
        want = wide.astype(dtype)
    got = np.empty(size, np.uint16)
    kernels.narrow(wide, got)
    good = ~np.isnan(wide)
    np.testing.assert_array_equal(got[good], want.view(np.uint16)[good])
    assert np.isnan(got.view(dtype)[~good].astype(np.float32)).all()
