"""Shards: the tree of sums, and cuts that fit into the memory granted."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from softjet.learn.objective import Objective
from softjet.learn.rows import Rows
from softjet.learn.shards import (
    FOLD,
    LEAST_ROWS,
    Shard,
    cut,
    rows_of_a_shard,
    tree,
)


class Word(str):
    """Adds up to how it was added up."""

    def __add__(self, other):
        return Word(f"({self!s}{other!s})")


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "a"),
        (2, "(ab)"),
        (3, "((ab)c)"),
        (5, "(((ab)(cd))e)"),
        (7, "(((ab)(cd))((ef)g))"),
        (8, "(((ab)(cd))((ef)(gh)))"),
    ],
)
def test_the_tree_depends_on_the_number_alone(count, expected):
    assert tree(Word(letter) for letter in "abcdefgh"[:count]) == expected


@pytest.mark.parametrize("sparse", [False, True])
def test_cut_keeps_every_row_once(sparse):
    X = np.arange(70.0).reshape(35, 2)
    table = csr_array(X) if sparse else X
    shards = cut(table, np.arange(35), np.full(35, 1 / 35), 8)
    assert [len(shard.share) for shard in shards] == [8, 8, 8, 8, 3]
    parts = [s.X.toarray() if sparse else s.X for s in shards]
    np.testing.assert_array_equal(np.concatenate(parts), X)
    if not sparse:
        assert all(np.shares_memory(part, X) for part in parts)


def test_rows_of_a_shard_fit_a_quarter_of_the_memory():
    for classes in (10, 1000, 30000):
        rows = rows_of_a_shard(classes, 4, 1 << 28)
        assert rows * classes * 4 * 4 <= 1 << 26
        assert rows >= 128
    assert rows_of_a_shard(10**7, 8, 1 << 20) == LEAST_ROWS


class Reader:
    """A carrier that makes each shard anew when it is asked for."""

    def __init__(self, shards):
        self.shards, self.asked = shards, []

    def __len__(self):
        return len(self.shards)

    def __getitem__(self, number):
        if number >= len(self.shards):
            raise IndexError(number)
        self.asked.append(number)
        shard = self.shards[number]
        return Shard(shard.X.copy(order="K"), shard.targets.copy(), shard.share.copy())


def test_the_same_bits_whatever_carries_the_shards():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(700, 5)), rng.integers(4, size=700)
    held = Rows(cut(X, y, np.full(700, 1 / 700), 64), 700.0, 4)
    reader = Reader(held.shards)
    read = Rows(reader, 700.0, 4)
    W, b = rng.normal(size=(5, 4)), rng.normal(size=4)
    points = [Objective.over(rows, C=1.0).at(W, b) for rows in (held, read)]
    assert points[0].value == points[1].value
    np.testing.assert_array_equal(points[0].W_bar, points[1].W_bar)
    np.testing.assert_array_equal(points[0].b_bar, points[1].b_bar)
    assert set(reader.asked) == set(range(11))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sparse_shards_beyond_one_fold_add_up(dtype: str) -> None:
    """More shards than are folded together, rows without entries, untouched columns."""
    rng = np.random.default_rng(5)
    dense = (rng.normal(size=(64 * (FOLD + 3), 30)) * (rng.random(30) < 0.3)).astype(
        dtype
    )
    dense[rng.random(dense.shape) < 0.8] = 0.0
    y = rng.integers(4, size=len(dense))
    weights = rng.uniform(0.5, 2.0, len(dense))
    W, b = rng.normal(size=(30, 4)), rng.normal(size=4)
    told = {"n_classes": 4, "memory": 1}  # 64 rows a shard, no probabilities kept
    sparse = Objective(csr_array(dense), y, weights, **told)
    whole = Objective(dense, y, weights, **told)
    assert len(sparse.rows.shards) == FOLD + 3
    one, other = sparse.at(W, b), whole.at(W, b)
    near = {"rtol": 1e-5 if dtype == "float32" else 1e-12, "atol": 1e-7}
    for name in ("value", "W_bar", "b_bar", "bend"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), **near)
    W_dot, b_dot = rng.normal(size=(30, 4)), rng.normal(size=4)
    for mine, theirs in zip(
        sparse.hvp(one, W_dot, b_dot), whole.hvp(other, W_dot, b_dot), strict=True
    ):
        assert isinstance(mine, np.ndarray)
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)
    by_class = sparse.rows.survey.X_by_class
    np.testing.assert_allclose(by_class, whole.rows.survey.X_by_class, **near)
    again = Objective(csr_array(dense), y, weights, **told).at(W, b)
    np.testing.assert_array_equal(again.W_bar, one.W_bar)
