"""Training from disk: what training in memory gives, for the same rows to the bit."""

import numpy as np
import pytest

from softjet import Refusal
from softjet.learn.objective import Objective
from softjet.learn.regression import SoftmaxRegression
from softjet.learn.rows import Rows
from softjet.learn.shards import cut
from softjet.learn.stored.chunks import ChunkReader
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.table import open_table

ROWS, SHARD = 700, 64


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A table in shards of 64 rows, its encoded rows and class ids."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 6))
    scores = X @ rng.normal(size=(6, 4))
    y = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    np.save(tmp_path / "X.npy", X * np.logspace(-2, 2, 6) + 3.0)
    np.save(tmp_path / "y.npy", np.array(["a", "b", "c", "d"])[y])
    monkeypatch.setattr(Plan, "shard_rows", lambda *_: SHARD)
    table = open_table(tmp_path / "X.npy")
    shards = table.rows().shards
    return table, np.concatenate([s.X for s in shards]), y


def in_memory(X, y, weights=None):
    weights = np.ones(len(y)) if weights is None else weights
    mass = float(weights.sum())
    return Rows(cut(X, y, weights / mass, SHARD), mass, 4)


def test_the_same_bits_as_in_memory(stored):
    table, X, y = stored
    held, read = in_memory(X, y), table.rows()
    assert len(read.shards) == len(held.shards) == 11
    W, b = np.random.default_rng(1).normal(size=(6, 4)), np.arange(4.0)
    points = [Objective.over(rows, C=1.0).at(W, b) for rows in (held, read)]
    assert points[0].value == points[1].value
    for name in ("W_bar", "b_bar", "bend"):
        first, second = (getattr(point, name) for point in points)
        np.testing.assert_array_equal(first, second)
    for name in ("X_mean", "X_square", "X_by_class", "T_mean"):
        first, second = (getattr(rows.survey, name) for rows in (held, read))
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
@pytest.mark.parametrize("keeps", [True, False])
def test_fits_as_in_memory(stored, monkeypatch, solver, keeps):
    table, X, y = stored
    if not keeps:
        monkeypatch.setattr(Plan, "kept", lambda *_: 0)
    monkeypatch.setattr(Rows, "of", lambda *a: in_memory(*a[:3]))
    model = SoftmaxRegression(solver=solver, C=2.0).fit_stored(table)
    whole = SoftmaxRegression(solver=solver, C=2.0).fit(X, np.array(list("abcd"))[y])
    assert model.converged_
    assert abs(model.objective_ - whole.objective_) <= model.gap_ + whole.gap_
    np.testing.assert_array_equal(model.classes_, whole.classes_)
    np.testing.assert_array_equal(model.predict(X), whole.predict(X))
    if keeps:
        np.testing.assert_array_equal(model.coef_, whole.coef_)
        assert (model.objective_, model.gap_) == (whole.objective_, whole.gap_)


@pytest.mark.parametrize(
    "class_weight", ["balanced", {"a": 3.0, "b": 0.5, "c": 1.0, "d": 2.0}]
)
def test_classes_are_weighed_as_in_memory(stored, class_weight):
    table, X, y = stored
    settings = {"class_weight": class_weight, "tol": 1e-10}
    model = SoftmaxRegression(**settings).fit_stored(table)
    whole = SoftmaxRegression(**settings).fit(X, np.array(list("abcd"))[y])
    assert abs(model.objective_ - whole.objective_) <= 2.0 * (model.gap_ + whole.gap_)
    plain = SoftmaxRegression(tol=1e-10).fit_stored(table)
    assert abs(plain.objective_ - model.objective_) > 1e-3


def test_a_class_without_weight_is_refused(stored):
    weights = {"a": 0.0, "b": 1.0, "c": 1.0, "d": 1.0}
    with pytest.raises(Refusal, match="class-weight"):
        SoftmaxRegression(class_weight=weights).fit_stored(stored[0])


def test_a_pass_reads_every_row_once(stored, monkeypatch):
    table, X, _ = stored
    monkeypatch.setattr(Plan, "kept", lambda *_: 0)
    count, read = [0], ChunkReader.read

    def counted(self, first, rows):
        count[0] += rows * (self is table.cache.parts["train.features"])
        return read(self, first, rows)

    monkeypatch.setattr(ChunkReader, "read", counted)
    rows = table.rows()
    objective = Objective.over(rows, C=1.0, memory=table.memory())
    rows.shards[5].X.sum()  # so that none of those to come is held
    count[0] = 0
    point = objective.at(np.zeros((6, 4)), np.zeros(4))
    assert count[0] == len(X)
    objective.hvp(point, np.ones((6, 4)), np.ones(4))
    assert count[0] == 2 * len(X)


def test_it_goes_on_from_a_warm_start(stored):
    table, _, _ = stored
    model = SoftmaxRegression(warm_start=True).fit_stored(table)
    steps = model.n_iter_
    again = model.fit_stored(table)
    assert again.n_iter_ == 0 < steps
    assert again.converged_


def test_settings_are_checked(stored):
    with pytest.raises(Refusal, match="tol"):
        SoftmaxRegression(tol=-1.0).fit_stored(stored[0])


def test_it_predicts_encoded_rows(stored):
    table, X, y = stored
    model = SoftmaxRegression().fit_stored(table)
    assert model.n_features_in_ == 6
    assert model.score(X, np.array(list("abcd"))[y]) > 0.6


def test_a_shard_is_indexed_as_a_list_is(stored):
    shards = stored[0].rows().shards
    assert len(shards[-1].share) == ROWS - 10 * SHARD == shards.rows_of(10)
    np.testing.assert_array_equal(shards[-1].X, shards[10].X)
    assert [len(s.share) for s in shards[8:]] == [64, 64, 60]
    with pytest.raises(IndexError):
        shards[11]
    assert abs(sum(s.share.sum() for s in shards) - 1.0) < 1e-12
