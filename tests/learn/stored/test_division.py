"""Which rows are tested on: a matter of row number and seed alone."""

import numpy as np
import pytest

from softjet import Refusal
from softjet.learn.stored.division import check_share, is_test


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
def test_the_share_is_kept(share):
    n = 100_000
    count = is_test(0, n, share, 7).sum()
    assert abs(count - share * n) < 5.0 * np.sqrt(n * share * (1 - share))


def test_batches_do_not_matter():
    whole = is_test(0, 1000, 0.3, 5)
    parts = [is_test(i, 10, 0.3, 5) for i in range(0, 1000, 10)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_seeds_draw_independently():
    n = 100_000
    draws = [is_test(0, n, 0.5, seed) for seed in (0, 1, 2**32 - 1)]
    for i in range(3):
        for j in range(i):
            both = (draws[i] == draws[j]).mean()
            assert abs(both - 0.5) < 5.0 * 0.5 / np.sqrt(n)
    # Nor do neighbours know of each other.
    again = (draws[0][1:] == draws[0][:-1]).mean()
    assert abs(again - 0.5) < 5.0 * 0.5 / np.sqrt(n)


def test_no_share_no_test_rows():
    assert not is_test(0, 1000, 0.0, 1).any()


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(Refusal, match="test-share"):
        check_share(share)
