"""Sums in place: the bits of the plain ones, whatever the blocks."""

import numpy as np
import pytest

from softjet.learn import vectors
from softjet.learn.vectors import add_scaled, blocks


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (7, 5), (40, 3), (9, 0)])
def test_blocks_cover_every_line_once(shape, monkeypatch):
    monkeypatch.setattr(vectors, "BLOCK", 10)
    covered = [
        i for lines in blocks(np.zeros(shape)) for i in range(*lines.indices(99))
    ]
    assert covered == list(range(shape[0]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_scaled_vector_is_added_in_place(dtype, monkeypatch):
    monkeypatch.setattr(vectors, "BLOCK", 10)
    rng = np.random.default_rng(0)
    y, x = rng.normal(size=(2, 30, 7)).astype(dtype)
    want = y + 0.3 * x
    add_scaled(y, 0.3, x)
    np.testing.assert_array_equal(y, want)
    assert y.dtype == dtype
