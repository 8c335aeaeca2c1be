"""Without a penalty: separated classes are named, and nothing is called converged."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array

from softjet.learn import SoftmaxRegression
from softjet.learn.notices import SeparationWarning, UnprovenWarning


def table(separated, rows=120):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 3))
    scores = X @ rng.normal(size=(3, 4))
    return X, (scores + (not separated) * rng.gumbel(size=scores.shape)).argmax(axis=1)


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
@pytest.mark.parametrize("kind", [np.asarray, csr_array])
def test_separated_classes_are_named_with_their_margin(solver, kind):
    X, y = table(separated=True)
    model = SoftmaxRegression(np.inf, solver=solver)
    with pytest.warns(SeparationWarning) as caught:
        model.fit(kind(X), y)
    assert len(caught) == 1
    assert not model.converged_
    logits = X @ model.coef_.T + model.intercept_
    at_label = logits[np.arange(len(y)), y]
    logits[np.arange(len(y)), y] = -np.inf
    margin = (at_label - logits.max(axis=1)).min()
    assert margin > 0
    assert f"{margin:.3g} or more" in str(caught[0].message)
    assert model.gap_ == model.objective_


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_without_separation_it_is_an_estimate_and_says_so(solver):
    X, y = table(separated=False)
    model = SoftmaxRegression(np.inf, solver=solver)
    with pytest.warns(UnprovenWarning, match="estimated"):
        model.fit(X, y)
    assert not model.converged_
    # The estimate was right: a very weak penalty has its minimum next to it.
    weak = SoftmaxRegression(1e10, tol=1e-6).fit(X, y)
    assert weak.objective_ == pytest.approx(model.objective_, rel=1e-5)


def test_rows_of_no_weight_separate_nothing():
    X, y = table(separated=True)
    X = np.vstack([X, X[:1]])
    y = np.append(y, (y[0] + 1) % 4)
    with pytest.warns(SeparationWarning):
        SoftmaxRegression(np.inf).fit(X, y, np.append(np.ones(120), 0.0))
    with pytest.warns(UnprovenWarning):
        SoftmaxRegression(np.inf).fit(X, y)


def test_soft_labels_are_never_separated():
    X, y = table(separated=True)
    T = 0.9 * np.eye(4)[y] + 0.025
    with pytest.warns(UnprovenWarning):
        SoftmaxRegression(np.inf).fit(X, T)
    with pytest.warns(SeparationWarning):
        SoftmaxRegression(np.inf).fit(X, np.eye(4)[y])


def test_with_a_penalty_separated_classes_have_a_minimum():
    X, y = table(separated=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert SoftmaxRegression(1e3).fit(X, y).converged_
