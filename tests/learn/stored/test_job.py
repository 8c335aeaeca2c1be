"""What `softjet fit` gets of a table on disk."""

from types import SimpleNamespace

import numpy as np
import pytest

from softjet import Refusal
from softjet.learn.stored import job as job_
from softjet.learn.stored.job import load_stored


def asked(path, **other):
    job = {"data": path, "target": "kind", "drop": (), "test_share": 0.2, "seed": 1}
    return SimpleNamespace(**job, **{"memory": 10**9, "solver": "auto"} | other)


def test_test_rows_come_as_a_split_has_them(written, table, monkeypatch):
    job = asked(written("folder"))
    stored = load_stored(job)
    n = stored.table.n_test
    assert len(stored.X_test) == len(stored.y_test) == len(stored.test_rows) == n
    assert stored.X_test.dtype == np.float64
    kinds = table["kind"].to_numpy(zero_copy_only=False)[stored.test_rows]
    np.testing.assert_array_equal(stored.classes[stored.y_test], kinds)
    raw = stored.raw_test_rows()
    np.testing.assert_array_equal(raw["size"], table["size"].take(stored.test_rows))
    assert [column.name for column in stored.columns] == table.column_names[:-1]
    monkeypatch.setattr(job_, "MOST_TEST_ROWS", 11)
    few = load_stored(job)
    assert (few.table.built, len(few.X_test)) == (None, 11)
    np.testing.assert_array_equal(few.X_test, stored.X_test[:11])


def test_weights_that_do_not_fit_are_refused_before_training(written):
    with pytest.raises(Refusal, match="memory-small"):
        load_stored(asked(written("folder"), memory=10**6))
