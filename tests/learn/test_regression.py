"""SoftmaxRegression: scikit-learn's own checks, and what only this one promises."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from softjet import Refusal
from softjet.learn import SoftmaxRegression


@parametrize_with_checks([SoftmaxRegression()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def wine():
    X, y = load_wine(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def test_mean_probability_is_the_class_frequency(wine):
    X, y = wine
    model = SoftmaxRegression(tol=1e-12).fit(X, y)
    frequency = np.bincount(y) / len(y)
    np.testing.assert_allclose(
        model.predict_proba(X).mean(axis=0), frequency, rtol=1e-7
    )
    # It is the intercept that does it.
    model = SoftmaxRegression(tol=1e-12, fit_intercept=False).fit(X, y)
    assert np.abs(model.predict_proba(X).mean(axis=0) - frequency).max() > 1e-3


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_same_minimum_as_scikit_learn(wine, C):
    X, y = wine
    ours = SoftmaxRegression(C, tol=1e-12).fit(X, y)
    theirs = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10).fit(X, y)
    p, q = ours.predict_proba(X), theirs.predict_proba(X)
    np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-7)


def test_two_classes_are_scikit_learns_at_twice_the_c():
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ours = SoftmaxRegression(0.5, tol=1e-12).fit(X, y)
    theirs = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-10).fit(X, y)
    assert ours.coef_.shape == (2, 30)
    np.testing.assert_allclose(
        ours.coef_[1] - ours.coef_[0], theirs.coef_[0], rtol=1e-5
    )
    difference = ours.decision_function(X)
    np.testing.assert_allclose(difference, theirs.decision_function(X), rtol=1e-4)
    np.testing.assert_array_equal(ours.predict(X) == 1, difference > 0)


def test_the_certificate_is_met_and_the_gauge_is_central(wine):
    X, y = wine
    model = SoftmaxRegression(10.0).fit(X, y)
    assert 0 <= model.gap_ <= 1e-6 * model.objective_
    assert np.abs(model.coef_.sum(axis=0)).max() < 1e-14
    assert abs(model.intercept_.sum()) < 1e-14
    assert model.history_[-1] == (model.n_iter_, model.objective_, model.gap_)


def test_log_probabilities_keep_what_probabilities_lose(wine):
    X, y = wine
    model = SoftmaxRegression(1e6).fit(X, y)
    sure = model.predict_log_proba(X).max(axis=1)
    assert np.all(sure < 0)
    assert (model.predict_proba(X).max(axis=1) == 1.0).any()


def test_not_converged_warns_with_the_gap(wine):
    with pytest.warns(ConvergenceWarning) as caught:
        model = SoftmaxRegression(max_iter=2).fit(*wine)
    assert f"{model.gap_:.2e}" in str(caught[0].message)
    assert not model.converged_
    assert model.gap_ > 1e-6 * model.objective_


def test_weights_are_repetitions(wine):
    X, y = wine
    weights = 1 + np.arange(len(y)) % 3
    weighted = SoftmaxRegression(tol=1e-12).fit(X, y, sample_weight=weights)
    repeated = SoftmaxRegression(tol=1e-12).fit(X.repeat(weights, 0), y.repeat(weights))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-6, atol=1e-8)
    plain = SoftmaxRegression(tol=1e-12).fit(X, y)
    assert np.abs(weighted.coef_ - plain.coef_).max() > 1e-3


def test_class_weight_multiplies_sample_weight(wine):
    X, y = wine
    factors = {0: 1.0, 1: 5.0, 2: 0.5}
    by_class = SoftmaxRegression(tol=1e-10, class_weight=factors).fit(X, y)
    by_row = SoftmaxRegression(tol=1e-10).fit(X, y, [factors[label] for label in y])
    np.testing.assert_allclose(by_class.coef_, by_row.coef_, rtol=1e-6, atol=1e-9)
    balanced = SoftmaxRegression(class_weight="balanced").fit(X, y)
    assert np.abs(balanced.coef_ - by_class.coef_).max() > 1e-3


def test_warm_start_begins_where_it_stopped(wine):
    model = SoftmaxRegression(warm_start=True).fit(*wine)
    assert model.n_iter_ > 0
    model.fit(*wine)
    assert model.n_iter_ == 0
    assert model.set_params(warm_start=False).fit(*wine).n_iter_ > 0
    # Another number of features: it starts afresh.
    X, y = wine
    assert model.set_params(warm_start=True).fit(X[:, :5], y).coef_.shape == (3, 5)


def test_callback_and_verbose_see_every_step(wine, capsys):
    seen = []
    model = SoftmaxRegression(callback=lambda *step: seen.append(step), verbose=2)
    model.fit(*wine)
    assert seen == model.history_
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == model.n_iter_ // 2 + 1
    assert lines[1].startswith("iteration 2  objective 0.")


def test_float32_rows_reach_the_same_minimum(wine):
    X, y = wine
    X = X.astype(np.float32)
    single = SoftmaxRegression().fit(X, y)
    double = SoftmaxRegression(tol=1e-12).fit(X.astype(np.float64), y)
    assert single.converged_
    # The gap of the float32 fit is proven in float64: it holds against the other's.
    distance = single.objective_ - double.objective_
    assert -double.gap_ <= distance <= single.gap_ + 1e-15
    assert single.coef_.dtype == np.float64


def test_string_labels():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    model = SoftmaxRegression().fit(X, names[y])
    assert list(model.classes_) == list(names)
    assert model.score(X, names[y]) > 0.95


def refused(*args, model=None, **kwargs):
    with warnings.catch_warnings(), pytest.raises(Refusal) as caught:
        (model or SoftmaxRegression()).fit(*args, **kwargs)
    return caught.value


def test_refusals_name_row_and_column(wine):
    X, y = wine
    holed = X.copy()
    holed[17, 4] = np.nan
    assert "row 17, column 4" in refused(holed, y).got
    holed[3, 2] = -np.inf
    assert refused(holed, y).got == "infinity (inf) at row 3, column 2"
    assert refused(csr_array(holed), y).got == "infinity (inf) at row 3, column 2"


def test_refusals_of_settings_and_classes(wine):
    X, y = wine
    assert refused(X, np.zeros(len(y))).code == "one-class"
    assert refused(X, y, sample_weight=(y != 1) * 1.0).code == "class-weight"
    for name in ("C", "tol"):
        for value in (0.0, -1.0, np.nan):
            assert refused(X, y, model=SoftmaxRegression(**{name: value})).code == name
    assert refused(X, y, model=SoftmaxRegression(tol=np.inf)).code == "tol"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"max_iter": -3}, "max-iter"),
        ({"max_iter": 1.5}, "max-iter"),
        ({"max_iter": None}, "max-iter"),
        ({"tol": 1e-25}, "tol-small"),
        ({"class_weight": {0: np.nan}}, "weights-range"),
        ({"class_weight": {0: -1.0}}, "weights-range"),
        ({"class_weight": {0: np.inf}}, "weights-range"),
        ({"solver": "sag"}, "solver"),
        ({"memory": 2.5}, "memory"),
        ({"memory": 1000}, "memory"),
    ],
)
def test_settings_that_are_none_are_refused(settings, code):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(Refusal) as refusal:
        SoftmaxRegression(**settings).fit(X, y)
    assert refusal.value.code == code


def test_a_bad_warm_start_is_no_dead_end():
    X = np.random.default_rng(3).normal(size=(80, 3))
    model = SoftmaxRegression(warm_start=True, C=1e6)
    model.fit(X, X[:, 0] > 0)
    model.fit(X, X[:, 0] < 0)
    assert model.converged_
    assert model.score(X, X[:, 0] < 0) == 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_reach_the_same_minimum(wine, dtype):
    X, y = wine
    X = np.where(np.abs(X) > 0.7, X, 0.0).astype(dtype)
    dense = SoftmaxRegression(tol=1e-9).fit(X, y)
    for kind in (csr_array, csc_array):
        sparse = SoftmaxRegression(tol=1e-9, solver="newton").fit(kind(X), y)
        assert sparse.converged_
        assert abs(sparse.objective_ - dense.objective_) <= 2e-9 * dense.objective_
        np.testing.assert_allclose(
            sparse.predict_proba(kind(X)), dense.predict_proba(X), atol=1e-4
        )


def test_soft_labels_are_rows_repeated_with_weights(wine):
    X, y = wine
    rng = np.random.default_rng(0)
    T = rng.dirichlet(np.ones(3), size=len(y))
    soft = SoftmaxRegression(tol=1e-12, C=0.1).fit(X, T)
    rows, labels = np.repeat(X, 3, axis=0), np.tile(np.arange(3), len(y))
    hard = SoftmaxRegression(tol=1e-12, C=0.1).fit(rows, labels, T.ravel())
    np.testing.assert_allclose(soft.coef_, hard.coef_, atol=1e-6)
    assert list(soft.classes_) == [0, 1, 2]
    # Weights of classes count in both the same way.
    factors = {0: 1.0, 1: 4.0, 2: 0.5}
    soft.set_params(class_weight=factors).fit(X, T)
    hard.set_params(class_weight=factors).fit(rows, labels, T.ravel())
    np.testing.assert_allclose(soft.coef_, hard.coef_, atol=1e-6)
    plain = SoftmaxRegression(tol=1e-12, C=0.1).fit(X, T)
    assert np.abs(plain.coef_ - soft.coef_).max() > 1e-3
    balanced = soft.set_params(class_weight="balanced").fit(X, T)
    np.testing.assert_allclose(
        balanced.predict_proba(X).mean(axis=0), plain.predict_proba(X).mean(0), atol=0.1
    )


def test_the_path_is_the_separate_fits(wine):
    X, y = wine
    Cs = [10.0, 0.01, 1.0]
    models = SoftmaxRegression(tol=1e-10).path(X, y, Cs)
    assert [model.C for model in models] == Cs
    for model in models:
        alone = SoftmaxRegression(model.C, tol=1e-10).fit(X, y)
        assert model.converged_
        np.testing.assert_allclose(model.coef_, alone.coef_, atol=1e-4)
        assert model.n_features_in_ == 13
    # Warm starts: all but the strongest penalty's begin below what zeros give.
    begins = [model.history_[0][1] for model in models]
    assert begins[1] == pytest.approx(np.log(3))
    assert max(begins[0], begins[2]) < 0.5


def test_the_path_decomposes_once(wine, monkeypatch):
    calls = []
    eigh = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda A: calls.append(1) or eigh(A))
    SoftmaxRegression().path(*wine, np.logspace(-2, 2, 5))
    assert len(calls) == 1


def test_the_row_count_of_a_shard_changes_nothing_that_matters(wine):
    X, y = np.tile(wine[0], (600, 1)), np.tile(wine[1], 600)
    small = SoftmaxRegression(memory=1 << 20).fit(X, y)
    large = SoftmaxRegression().fit(X, y)
    assert abs(small.objective_ - large.objective_) <= 2e-6 * large.objective_


def test_pipelines_searches_and_workers(wine):
    X, y = load_wine(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression())
    search = GridSearchCV(pipeline, {"softmaxregression__C": [0.01, 1.0]}, cv=3)
    assert search.fit(X, y).best_score_ > 0.95
    scores = cross_val_score(pipeline, X, y, cv=3, n_jobs=2)
    assert scores.min() > 0.9
