"""Soft labels: what counts as such, and what is refused."""

import numpy as np
import pytest

from softjet import Refusal
from softjet.learn import SoftmaxRegression
from softjet.learn.targets import are_probabilities


def test_probabilities_are_told_by_dtype_and_shape():
    assert are_probabilities(np.ones((3, 2)) / 2)
    assert are_probabilities([[0.5, 0.5]])
    assert not are_probabilities(np.ones((3, 2), int))
    assert not are_probabilities(np.ones((3, 1)))
    assert not are_probabilities(np.ones(3))


def test_float32_rows_are_made_to_add_up():
    X = np.random.default_rng(0).normal(size=(50, 3))
    T = np.random.default_rng(1).dirichlet(np.ones(4), size=50)
    single = SoftmaxRegression(tol=1e-12).fit(X, T.astype(np.float32))
    double = SoftmaxRegression(tol=1e-12).fit(X, T)
    np.testing.assert_allclose(single.coef_, double.coef_, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda T: 2 * T, "soft-labels"),
        (lambda T: np.where(T[4, 0] == T, -T, T), "soft-labels"),
        (lambda T: np.where(T[4, 0] == T, np.nan, T), "soft-labels"),
        (lambda T: T[:-1], "soft-labels-rows"),
        (lambda T: np.eye(4)[np.zeros(50, int)], "class-weight"),
    ],
)
def test_refusals(change, code):
    X = np.random.default_rng(0).normal(size=(50, 3))
    T = np.random.default_rng(1).dirichlet(np.ones(4), size=50)
    with pytest.raises(Refusal) as caught:
        SoftmaxRegression().fit(X, change(T))
    assert caught.value.code == code


def test_the_name_of_a_weighting_is_checked():
    X, T = np.eye(4), np.full((4, 2), 0.5)
    with pytest.raises(Refusal) as caught:
        SoftmaxRegression(class_weight="fair").fit(X, T)
    assert caught.value.code == "class-weight-name"
