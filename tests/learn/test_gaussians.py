"""Linear discriminants, against scikit-learn's and against Bayes' rule."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

import softjet
from softjet import Refusal
from softjet.learn import SoftmaxRegression


def test_they_are_scikit_learns():
    X, y = load_iris(return_X_y=True)
    lda = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(X, y)
    model = SoftmaxRegression.from_gaussians(
        lda.means_, lda.covariance_, lda.priors_, classes=["a", "b", "c"], C=3.0
    )
    np.testing.assert_allclose(
        model.predict_proba(X), lda.predict_proba(X), rtol=1e-7, atol=1e-12
    )
    assert list(model.predict(X[:1])) == ["a"]
    assert model.C == 3.0


def test_they_are_bayes_rule():
    rng = np.random.default_rng(0)
    means, priors = rng.normal(size=(4, 3)), np.array([0.1, 0.2, 0.3, 0.4])
    root = rng.normal(size=(3, 3))
    covariance = root @ root.T + np.eye(3)
    model = SoftmaxRegression.from_gaussians(means, covariance, priors)
    X = rng.normal(size=(50, 3))
    away = X[:, None] - means
    distance = np.einsum("nkj,ji,nki->nk", away, np.linalg.inv(covariance), away)
    expected = softjet.softmax(np.log(priors) - 0.5 * distance)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-10)
    assert np.abs(model.coef_.sum(axis=0)).max() < 1e-12


def test_fit_goes_on_from_there():
    X, y = load_iris(return_X_y=True)
    lda = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(X, y)
    model = SoftmaxRegression.from_gaussians(
        lda.means_, lda.covariance_, lda.priors_, C=100.0, warm_start=True
    )
    cold = SoftmaxRegression(100.0).fit(X, y)
    assert model.fit(X, y).history_[0][1] < 0.2 < cold.history_[0][1]
    assert model.objective_ == pytest.approx(cold.objective_, rel=2e-6)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"means": np.ones((3, 4))}, "gaussians-shape"),
        ({"priors": np.ones(3)}, "gaussians-priors"),
        ({"priors": np.array([0.5, 0.5, 0.0])}, "gaussians-priors"),
        ({"covariance": np.array([[1.0, 0.5], [0.0, 1.0]])}, "gaussians-symmetric"),
        ({"covariance": np.ones((2, 2))}, "gaussians-singular"),
        ({"covariance": np.array([[np.nan, 0], [0, 1.0]])}, "gaussians-priors"),
    ],
)
def test_refusals(change, code):
    given = {"means": np.eye(3, 2), "covariance": np.eye(2), "priors": np.ones(3) / 3}
    with pytest.raises(Refusal) as caught:
        SoftmaxRegression.from_gaussians(**(given | change))
    assert caught.value.code == code
