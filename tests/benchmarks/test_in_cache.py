"""The figures of kernels within the caches: slopes alone, of kernels that answer."""

from __future__ import annotations

import numpy as np
import pytest

from softjet.kernels.available import available

if not available():
    pytest.skip("there are no kernels", allow_module_level=True)

from benchmarks import _in_cache_kernels as alone
from benchmarks import every_float, in_cache


def test_a_slope_leaves_out_what_every_call_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0

    def call(rows: int) -> None:
        nonlocal now
        now += 3e-6 + 7e-9 * rows

    monkeypatch.setattr(in_cache.time, "perf_counter", lambda: now)
    assert in_cache.median_slope(call, 100, 1e-3) == pytest.approx(7.0)


@pytest.mark.parametrize("length", in_cache.LENGTHS)
def test_kernels_leave_no_row_to_the_rule(length: int) -> None:
    calls = {name: rows for name, _, rows in in_cache.kernels(length)}
    assert len(calls) == 7
    assert all(0 < 2 * rows * length <= in_cache.ENTRIES for rows in calls.values())


def test_arrays_and_pointers_do_the_same_work() -> None:
    x = np.random.default_rng(2).normal(size=60).astype(np.float32)
    y, z = np.zeros_like(x), np.zeros_like(x)
    assert alone.by_arrays(x, y, 10, 6) == alone.by_pointers(x, z, 10, 6)
    rows = x.reshape(6, 10)
    np.testing.assert_array_equal(y.reshape(6, 10), rows - rows.max(-1)[:, None])
    np.testing.assert_array_equal(y, z)


def test_the_chain_of_the_clock_is_not_shortened() -> None:
    """Its last number needs every step before it."""
    x = 1
    for _ in range(9):
        x = x * 6364136223846793005 & (2**64 - 1)
        signed = x - (x >> 63 << 64)
        x = (signed ^ (signed >> 29)) & (2**64 - 1)
    assert alone.chain(1, 9) & (2**64 - 1) == x


def test_touching_is_reported_for_each_size() -> None:
    (line,) = in_cache.touch(1, 0.0)
    assert line.startswith("* 1 MiB: ")


def test_the_worst_of_every_thousandth_float() -> None:
    """What docs/facts.md says of every float32 is no less than that of some."""
    found = every_float.worst(step=1009)
    assert 1.2 < found["sigmoid"] <= 1.49
    assert 1.2 < found["softplus"] <= 1.59
    assert 1.2 < found["log_sigmoid"] <= 1.59
