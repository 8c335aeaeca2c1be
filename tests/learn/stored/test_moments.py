"""Statistics in batches are those of the whole column."""

import numpy as np
import pytest

from softjet.learn.columns import _fit_numbers
from softjet.learn.stored.moments import Moments


def merged(values, sizes):
    found, start = Moments.of(np.empty((1, 0))), 0
    for size in sizes:
        found += Moments.of(values[None, start : start + size])
        start += size
    assert start == len(values)
    return found.columns(["a"])[0]


COLUMNS = {
    "normal": np.random.default_rng(0).normal(3.0, 2.0, 1000),
    "far from 0": 1e9 + np.random.default_rng(1).normal(size=1000),
    "huge": np.random.default_rng(2).normal(size=1000) * 1e307,
    "tiny": np.random.default_rng(3).normal(size=1000) * 1e-310,
    "constant": np.full(1000, 0.1),
    "zero": np.zeros(1000),
    "growing": np.logspace(-300, 300, 1000),
    "one batch apart": np.repeat([0.0, 1e200], [700, 300]),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("sizes", [[1000], [1, 999], [700, 300], [10] * 100])
def test_as_of_the_whole_column(name, sizes):
    values = COLUMNS[name]
    whole, found = _fit_numbers("a", values), merged(values, sizes)
    # The mean of what cancels is known to a share of the spread only.
    near = 1e-12 * (abs(whole.mean) + whole.scale)
    assert abs(found.mean - whole.mean) <= near
    rounding = 1e-12 + 1e-15 * abs(whole.mean) / whole.scale
    assert abs(found.scale / whole.scale - 1.0) <= rounding


def test_a_batch_of_no_rows_changes_nothing():
    values = COLUMNS["normal"]
    assert merged(values, [0, 500, 0, 500, 0]) == merged(values, [500, 500])


def test_columns_do_not_mix():
    values = np.stack([COLUMNS["normal"], COLUMNS["huge"], COLUMNS["constant"]])
    found = (Moments.of(values[:, :300]) + Moments.of(values[:, 300:])).columns(
        ["a", "b", "c"]
    )
    for row, column in zip(values, found, strict=True):
        alone = merged(row, [300, 700])
        assert (column.mean, column.scale) == (alone.mean, alone.scale)
