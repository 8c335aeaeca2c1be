"""What the tests of the last layer share: options, comparing, and tiny blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.check.linear_cross_entropy import OPTIONS, Array, Dense, Layer, drawn
from softjet.fused import blocks

__all__ = ["OPTIONS", "UNITS", "Array", "Dense", "Layer", "agree", "drawn", "tiny"]

UNITS = {"float16": 2.0**-11, "bfloat16": 2.0**-8, "float32": 2.0**-24}


def agree(got: Any, want: Any, tolerance: float) -> None:
    """Each array to a share of its own largest entry."""
    got, want = (x if isinstance(x, tuple) else (x,) for x in (got, want))
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        size = np.abs(b).max(initial=0.0)
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(size, 1e-3))


def tiny(classes: int, ways: str) -> blocks.LinearBlocks:
    """Blocks so small that every seam is crossed; `ways` is once or twice."""
    held = classes if ways == "once" else 32
    return blocks.LinearBlocks(9, held, 5, 16, 2, 0)
