"""Softmax regression as a scikit-learn classifier, with a certificate of convergence.

P = softmax(X W + b),    W, b = argmin  mean CE(P, y) + ||W||^2 / (2 C n)
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

import softjet as sj
from softjet.learn.objective import Objective
from softjet.learn.settings import (
    check_settings,
    refuse_empty_classes,
    refuse_not_finite,
)
from softjet.learn.solve import Solution, solve


class SoftmaxRegression(ClassifierMixin, BaseEstimator):
    r"""Multinomial logistic regression that says how far it is from the optimum.

    minimises f(W, b) = sum_i w_i CE(x_i W + b, y_i) / n + ||W||^2 / (2 C n),
    n = sum_i w_i, the intercept not penalised.

    Parameters
    ----------
    C : float, default 1.0
        Inverse strength of the penalty, positive and finite.  With three classes and
        more the objective is LogisticRegression's; with two, whose penalty there is on
        one logit, C here does what 2 C does there.
    fit_intercept : bool, default True
    tol : float, default 1e-6
        Training stops once `gap_ <= tol * objective_`: proven, not a small step.
    max_iter : int, default 100
        Most Newton steps.
    class_weight : dict, "balanced" or None
    warm_start : bool, default False
        Start from the last solution, if its classes and features are the same.
    verbose : int, default 0
        Above 0: a line on stderr for every `verbose`-th step.
    callback : callable or None
        Called as callback(iteration, objective, gap) after every step.

    Attributes
    ----------
    coef_ : float64 (classes, features); sums to 0 over classes
    intercept_ : float64 (classes,); sums to 0
    classes_ : the labels, sorted
    objective_ : float, f at the solution
    gap_ : float, proven bound on objective_ minus the minimum (exact arithmetic;
        rounding adds what docs/design/certificate.md says)
    certificate_ : the same with its parts
    n_iter_ : int, Newton steps
    history_ : list of (iteration, objective, gap)
    n_features_in_, feature_names_in_ : as in scikit-learn

    Refused
    -------
    Sparse X; NaN or infinite features (row and column named); one class only; a class
    whose weights are all 0; C or tol not positive and finite.

    See also
    --------
    sklearn.linear_model.LogisticRegression : the same model, without the certificate.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = SoftmaxRegression().fit(X, y)
    >>> model.gap_ <= 1e-6 * model.objective_
    True
    >>> round(model.score(X, y), 2)
    0.97
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 100,
        class_weight: dict | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        callback: Callable[[int, float, float], None] | None = None,
    ) -> None:
        self.C = C
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.callback = callback

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> SoftmaxRegression:
        """Train on X (rows, features) and labels y (rows,); weights w >= 0 (rows,)."""
        check_settings(self)
        rows, labels = self._checked(X, y)
        check_classification_targets(labels)
        weights = _check_sample_weight(
            sample_weight, rows, dtype=np.float64, ensure_non_negative=True
        )
        classes, targets = np.unique(labels, return_inverse=True)
        weights = self._with_class_weight(weights, labels, classes, targets)
        refuse_empty_classes(weights, targets, len(classes))
        start = self._start(classes, rows.shape[1])
        objective = Objective(
            rows.astype(np.float64, copy=False),
            targets,
            weights,
            n_classes=len(classes),
            C=self.C,
            fit_intercept=self.fit_intercept,
        )
        settings: dict[str, Any] = {"tol": self.tol, "max_iter": self.max_iter}
        solution = _solve_from(objective, start, settings, self._report)
        return self._keep(classes, solution)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Logits (rows, classes); for two classes their difference (rows,)."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X: ArrayLike) -> NDArray:
        """The most probable label of each row; the first of them on a tie."""
        logits = self._logits(X)
        return self.classes_[np.argmax(logits, axis=1)]

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities (rows, classes), in the order of `classes_`."""
        return sj.softmax(self._logits(X))

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Log-probabilities (rows, classes): exact also next to 0."""
        return sj.log_softmax(self._logits(X))

    def _logits(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self._checked(X, reset=False) @ self.coef_.T + self.intercept_

    def _checked(self, X: ArrayLike, *y: ArrayLike, reset: bool = True) -> Any:
        # scikit-learn's own message for holes says neither row nor column.
        checked = validate_data(
            self, X, *y, dtype=_FLOATS, reset=reset, ensure_all_finite=False
        )
        names = getattr(self, "feature_names_in_", None)
        refuse_not_finite(checked[0] if y else checked, names)
        return checked

    def _with_class_weight(
        self, weights: NDArray, y: NDArray, classes: NDArray, targets: NDArray
    ) -> NDArray:
        if self.class_weight is None:
            return weights
        factors = compute_class_weight(
            self.class_weight, classes=classes, y=y, sample_weight=weights
        )
        return weights * factors[targets]

    def _start(self, classes: NDArray, n_features: int) -> tuple[NDArray, NDArray]:
        shape = (len(classes), n_features)
        known = self.warm_start and getattr(self, "coef_", None) is not None
        if (
            known
            and self.coef_.shape == shape
            and np.array_equal(self.classes_, classes)
        ):
            b = self.intercept_ if self.fit_intercept else np.zeros(len(classes))
            return self.coef_.T.copy(), b.copy()
        return np.zeros(shape[::-1]), np.zeros(len(classes))

    def _report(self, iteration: int, objective: float, gap: float) -> None:
        if self.verbose and iteration % self.verbose == 0:
            line = f"iteration {iteration}  objective {objective:.9g}  gap {gap:.2e}"
            sys.stderr.write(line + "\n")
        if self.callback is not None:
            self.callback(iteration, objective, gap)

    def _keep(self, classes: NDArray, solution: Solution) -> SoftmaxRegression:
        point = solution.point
        self.classes_, self.certificate_ = classes, solution.certificate
        # The gauge: adding one number to every class's logit changes no probability.
        self.coef_ = (point.W - point.W.mean(axis=1, keepdims=True)).T.copy()
        self.intercept_ = point.b - point.b.mean()
        self.objective_, self.gap_ = point.value, solution.certificate.gap
        self.n_iter_, self.history_ = solution.n_iter, solution.history
        self.converged_ = solution.converged
        if not solution.converged:
            warnings.warn(
                _not_converged(solution, self.tol, self.max_iter), ConvergenceWarning, 3
            )
        return self


_FLOATS = [np.float64, np.float32]


def _solve_from(
    objective: Objective,
    start: tuple[NDArray, NDArray],
    settings: dict[str, Any],
    report: Callable[[int, float, float], None],
) -> Solution:
    """From a warm start if it is one: not above zeros, and not a dead end."""
    zeros = np.zeros(objective.shape), np.zeros(objective.n_classes)
    if not objective.at(*start).value <= objective.at(*zeros).value:
        start = zeros
    solution = solve(objective, *start, **settings, report=report)
    if solution.converged or not any(part.any() for part in start):
        return solution
    cold = solve(objective, *zeros, **settings, report=report)
    return cold if cold.certificate.gap < solution.certificate.gap else solution


def _not_converged(solution: Solution, tol: float, max_iter: int) -> str:
    gap, objective = solution.certificate.gap, solution.point.value
    advice = "raise max_iter or tol, or lower C"
    if solution.n_iter < max_iter:
        advice = "rounding stops it here: raise tol or lower C"
    return (
        f"stopped after {solution.n_iter} steps: the objective {objective:.6g} is "
        f"proven to be within {gap:.2e} of its minimum, {gap / objective:.1e} of "
        f"itself, not within tol={tol:g}; {advice}"
    )
