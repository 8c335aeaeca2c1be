"""Sparse products: what SciPy gives, to the last bit, for any number of threads."""

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

import softjet as sj
from softjet.learn import SoftmaxRegression, sparse
from softjet.learn.sparse import add_lines, multiply
from softjet.learn.touched import Narrow, Touched

WIDTHS = (1, 3, 15, 16, 17, 63, 64, 65, 130)


@pytest.fixture(autouse=True)
def _by_kernels(monkeypatch):
    monkeypatch.setattr(sparse, "LEAST", 0)


def table(dtype, rows=300, features=77, seed=0):
    return csr_array(
        random_array((rows, features), density=0.05, rng=np.random.default_rng(seed))
    ).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", WIDTHS)
def test_products_have_the_bits_of_scipy(dtype, width):
    X, B = table(dtype), np.random.default_rng(1).normal(size=(77, width)).astype(dtype)
    np.testing.assert_array_equal(multiply(X, B), X @ B)
    assert multiply(X, B).dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lines_are_added_where_they_belong(dtype):
    rng = np.random.default_rng(2)
    M, V = rng.normal(size=(90, 33)), rng.normal(size=(40, 33)).astype(dtype)
    places = rng.permutation(90)[:40]
    want = M.copy()
    want[places] += V
    add_lines(V, places, M)
    np.testing.assert_array_equal(M, want)


def test_threads_change_no_bit(monkeypatch):
    monkeypatch.setattr(sparse, "PIECE", 64)
    X, B = table("float64"), np.random.default_rng(3).normal(size=(77, 40))
    with sj.threads(1):
        alone = multiply(X, B)
    with sj.threads(4):
        np.testing.assert_array_equal(multiply(X, B), alone)


def test_a_matrix_that_does_not_lie_line_by_line():
    X, B = table("float64"), np.random.default_rng(4).normal(size=(20, 77)).T
    np.testing.assert_array_equal(multiply(X, B), X @ B)


def test_rows_and_features_without_an_entry():
    X = csr_array((5, 7))
    np.testing.assert_array_equal(multiply(X, np.ones((7, 3))), np.zeros((5, 3)))
    assert multiply(csr_array((0, 7)), np.ones((7, 3))).shape == (0, 3)
    assert multiply(X, np.ones((7, 0))).shape == (5, 0)


def test_an_infinite_weight_stays_in_the_rows_that_read_it():
    X = csr_array(np.array([[1.0, 0.0], [0.0, 2.0]]))
    B = np.array([[np.inf, 1.0], [1.0, np.nan]])
    want = [[np.inf, 1.0], [2.0, np.nan]]
    np.testing.assert_array_equal(multiply(X, B), want)


def test_the_touched_rows_are_the_whole_gradient():
    X = table("float32", rows=30)
    G = np.random.default_rng(5).normal(size=(30, 9)).astype(np.float32)
    narrow = Narrow.of(X)
    values = multiply(narrow.turned, G)
    whole = Touched(narrow.columns, values, 77, np.float64).whole()
    assert whole.dtype == np.float64
    np.testing.assert_array_equal(whole, (X.T @ G).astype(np.float64))


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_a_fit_is_that_of_the_dense_rows(solver):
    rng = np.random.default_rng(6)
    X = table("float64", rows=400, features=30)
    logits = X @ rng.normal(size=(30, 6))
    y = (logits + 0.3 * rng.gumbel(size=logits.shape)).argmax(axis=1)
    fits = [
        SoftmaxRegression(solver=solver, tol=1e-10).fit(rows, y)
        for rows in (X, X.toarray())
    ]
    assert all(model.converged_ for model in fits)
    np.testing.assert_allclose(fits[0].coef_, fits[1].coef_, atol=1e-3)
    apart = abs(fits[0].objective_ - fits[1].objective_)
    assert apart <= fits[0].gap_ + fits[1].gap_
