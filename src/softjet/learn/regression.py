"""Softmax regression as a scikit-learn classifier, with a certificate of convergence.

P = softmax(X W + b),    W, b = argmin  mean CE(P, y) + ||W||^2 / (2 C n)
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight

from softjet.learn.batches import LearnsByBatches
from softjet.learn.gaussians import discriminant
from softjet.learn.notices import notice
from softjet.learn.objective import MEMORY, Objective
from softjet.learn.rows import Rows
from softjet.learn.settings import check_settings, refuse_empty_classes
from softjet.learn.solve import Solution, solve_from
from softjet.learn.targets import (
    are_probabilities,
    read_probabilities,
    weigh_classes,
)

if TYPE_CHECKING:
    from softjet.learn.stored.table import StoredTable


class SoftmaxRegression(LearnsByBatches):
    r"""Multinomial logistic regression that says how far it is from the optimum.

    minimises f(W, b) = sum_i w_i CE(x_i W + b, y_i) / n + ||W||^2 / (2 C n),
    n = sum_i w_i, the intercept not penalised.

    Parameters
    ----------
    C : float, default 1.0
        Inverse strength of the penalty, positive; infinity: no penalty, and no proof.
        With three classes and more the objective is LogisticRegression's; with two,
        whose penalty there is on one logit, C here does what 2 C does there.
    fit_intercept : bool, default True
    solver : "auto", "lbfgs" or "newton"
        Preconditioned L-BFGS, or truncated Newton with exact Hessian products.  "auto"
        takes the one that wins on such a table: docs/solvers.md.
    tol : float, default 1e-6
        Training stops once `gap_ <= tol * objective_`: proven, not a small step.
    max_iter : int, default 1000
        Most steps of the solver.
    class_weight : dict, "balanced" or None
    warm_start : bool, default False
        Start from the last solution, if its classes and features are the same.
    memory : int, default 2**28
        Bytes that logits and probabilities may take; rows x classes is never stored
        where it does not fit.  Vectors as large as the weights come on top, about 30
        for "lbfgs" and 12 for "newton".
    verbose : int, default 0
        Above 0: a line on stderr for every `verbose`-th step.
    callback : callable or None
        Called as callback(iteration, objective, gap) after every step.

    Attributes
    ----------
    coef_ : float64 (classes, features); sums to 0 over classes
    intercept_ : float64 (classes,); sums to 0
    classes_ : the labels, sorted; 0, 1, ... for soft labels
    objective_ : float, f at the solution
    gap_ : float, proven bound on objective_ minus the minimum (exact arithmetic;
        rounding adds what docs/design/certificate.md says)
    certificate_ : the same with its parts
    converged_ : bool, whether the gap was reached; never without a penalty
    temperature_ : float, 1 until `fit_temperature`
    solver_ : str, the solver that was taken
    n_iter_ : int, its steps
    passes_ : dict, how often the rows were read, and for what
    history_ : list of (iteration, objective, gap)
    n_features_in_, feature_names_in_ : as in scikit-learn

    Refused
    -------
    NaN or infinite features (row and column named); one class only; a class whose
    weights are all 0; soft labels that are no probabilities; C or tol not positive.

    Warned of
    ---------
    Steps that ended without the proof (ConvergenceWarning, with the gap); without a
    penalty: classes that are completely separated, so that there is no minimum
    (SeparationWarning, with the margin), or an estimate in place of a proof
    (UnprovenWarning).  All are in softjet.learn.notices.

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
        solver: str = "auto",
        tol: float = 1e-6,
        max_iter: int = 1000,
        class_weight: dict | str | None = None,
        warm_start: bool = False,
        memory: int = MEMORY,
        verbose: int = 0,
        callback: Callable[[int, float, float], None] | None = None,
    ) -> None:
        self.C = C
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.memory = memory
        self.verbose = verbose
        self.callback = callback

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> SoftmaxRegression:
        """Train on X (rows, features), dense or sparse; weights w >= 0 (rows,).

        y holds labels (rows,), or probabilities (rows, classes).
        """
        rows, classes = self._rows(X, y, sample_weight)
        return self._fitted(rows, classes, self._warm(classes, rows.n_features))

    def fit_stored(self, table: StoredTable) -> SoftmaxRegression:
        """Train on a table that stays on disk: `softjet.learn.open_table`.

        `memory` is for rows in memory and has no say here: the table's has.
        """
        check_settings(self)
        rows, classes = table.rows(self.solver, self.class_weight), table.classes
        warm = self._warm(classes, rows.n_features)
        self._fitted(rows, classes, warm, table.memory(self.solver))
        self.n_features_in_ = rows.n_features
        return self

    def path(
        self,
        X: ArrayLike,
        y: ArrayLike,
        Cs: Iterable[float],
        sample_weight: ArrayLike | None = None,
    ) -> list[SoftmaxRegression]:
        """A model for each C, in the order of Cs; this one is left as it is.

        The rows are read and the Gram matrix is decomposed once for all; each model
        starts where the one with the next stronger penalty ended.
        """
        first = clone(self)
        rows, classes = first._rows(X, y, sample_weight)
        warm, models = first._warm(classes, rows.n_features), {}
        wanted = list(Cs)
        for C in sorted(set(wanted)):
            model = clone(self).set_params(C=C)
            check_settings(model)
            for name in ("n_features_in_", "feature_names_in_"):
                if hasattr(first, name):
                    setattr(model, name, getattr(first, name))
            models[C] = model._fitted(rows, classes, warm)
            warm = model.coef_.T.copy(), model.intercept_.copy()
        return [models[C] for C in wanted]

    @classmethod
    def from_gaussians(
        cls,
        means: ArrayLike,
        covariance: ArrayLike,
        priors: ArrayLike,
        classes: ArrayLike | None = None,
        **settings: Any,
    ) -> SoftmaxRegression:
        """The model of Gaussian classes with one covariance: linear discriminants.

        means (classes, features), covariance (features, features), priors (classes,).
        With warm_start=True, `fit` goes on from there.
        """
        W, b = discriminant(means, covariance, priors)
        model = cls(**settings)
        model.classes_ = np.arange(len(b)) if classes is None else np.asarray(classes)
        model.n_features_in_, model.temperature_ = len(W), 1.0
        model._set(W, b)
        return model

    def _rows(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Rows, NDArray]:
        check_settings(self)
        table: Any
        if are_probabilities(y):
            table = self._checked(X)
            targets: NDArray = read_probabilities(y, table.shape[0])
            classes = np.arange(targets.shape[1])
        else:
            table, labels = self._checked(X, y)
            check_classification_targets(labels)
            classes, targets = np.unique(labels, return_inverse=True)
        weights = _check_sample_weight(
            sample_weight, table, dtype=np.float64, ensure_non_negative=True
        )
        targets, weights = weigh_classes(self.class_weight, classes, targets, weights)
        refuse_empty_classes(weights, targets, len(classes))
        return Rows.of(table, targets, weights, len(classes), self.memory), classes

    def _fitted(
        self,
        rows: Rows,
        classes: NDArray,
        warm: tuple[NDArray, NDArray] | None,
        memory: int | None = None,
    ) -> SoftmaxRegression:
        objective = Objective.over(
            rows,
            C=self.C,
            fit_intercept=self.fit_intercept,
            memory=self.memory if memory is None else memory,
        )
        settings = {"tol": self.tol, "max_iter": self.max_iter, "solver": self.solver}
        solution = solve_from(objective, warm, settings, self._report)
        self.passes_ = dict(objective.passes)
        self._keep(classes, solution)
        # What partial_fit would go on from: how often each feature and class was seen.
        self._seen = rows.mass * rows.survey.X_square, solution.point.bend, rows.mass
        return self

    def _warm(
        self, classes: NDArray, n_features: int
    ) -> tuple[NDArray, NDArray] | None:
        shape = (len(classes), n_features)
        known = self.warm_start and getattr(self, "coef_", None) is not None
        if (
            known
            and self.coef_.shape == shape
            and np.array_equal(self.classes_, classes)
        ):
            b = self.intercept_ if self.fit_intercept else np.zeros(len(classes))
            return self.coef_.T.copy(), b.copy()
        return None

    def _report(self, iteration: int, objective: float, gap: float) -> None:
        if self.verbose and iteration % self.verbose == 0:
            line = f"iteration {iteration}  objective {objective:.9g}  gap {gap:.2e}"
            sys.stderr.write(line + "\n")
        if self.callback is not None:
            self.callback(iteration, objective, gap)

    def _keep(self, classes: NDArray, solution: Solution) -> None:
        self.classes_, self.certificate_ = classes, solution.certificate
        self._set(solution.point.W, solution.point.b)
        self.objective_, self.gap_ = solution.point.value, solution.certificate.gap
        self.n_iter_, self.history_ = solution.n_iter, solution.history
        self.converged_, self.solver_ = solution.converged, solution.solver
        self.temperature_, self._past = 1.0, None
        found = notice(solution, self.tol, self.max_iter)
        if found is not None:
            warnings.warn(*found, stacklevel=4)
