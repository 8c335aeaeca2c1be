"""Learning from batches as they come, with the multinomial loss throughout."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight

from softjet.errors import Refusal
from softjet.learn.incremental import Past, absorb, beginning
from softjet.learn.linear import LinearSoftmax
from softjet.learn.objective import Objective
from softjet.learn.rows import Rows
from softjet.learn.settings import check_settings
from softjet.learn.targets import label_ids, weigh_classes


class LearnsByBatches(LinearSoftmax):
    """`partial_fit`, for a classifier with the settings of SoftmaxRegression."""

    C: float
    class_weight: dict | str | None
    fit_intercept: bool
    memory: int
    _past: Past | None = None
    _seen: tuple[NDArray, NDArray, float] | None = None

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Any:
        """Learn from one more batch; `classes`, all there will be, with the first.

        Without them the first batch has to hold every class.
        Multinomial as `fit` is; the first batch alone gives nearly what `fit` gives.
        What came before is kept as a mean and a precision for each weight:
        softjet/learn/incremental.py.
        """
        check_settings(self)
        past = self._before()
        table: Any
        if past is None:
            table, labels = self._checked(X, y)
            check_classification_targets(labels)
            self.classes_ = _all_classes(labels if classes is None else classes)
        else:
            table, labels = self._checked(X, y, reset=False)
            if classes is not None and not np.array_equal(self.classes_, classes):
                raise _other_classes(self.classes_, classes)
        weights = _check_sample_weight(
            sample_weight, table, dtype=np.float64, ensure_non_negative=True
        )
        targets, weights = weigh_classes(
            self.class_weight, self.classes_, label_ids(labels, self.classes_), weights
        )
        K = len(self.classes_)
        if past is None:
            past = beginning(table.shape[1], K, self.C)
        if weights.sum() > 0.0:
            rows = Rows.of(table, targets, weights, K, self.memory)
            batch = Objective.over(
                rows, C=np.inf, fit_intercept=self.fit_intercept, memory=self.memory
            )
            past = absorb(past, batch, rows.mass)
        self._past, self.temperature_ = past, 1.0
        self._set(past.theta[:-1], past.theta[-1])
        return self

    def _before(self) -> Past | None:
        """What earlier batches left, or what `fit` did."""
        if self._past is not None or self._seen is None:
            return self._past
        squares, bend, mass = self._seen
        theta = np.vstack([self.coef_.T, self.intercept_])
        precision = beginning(len(squares), len(bend), self.C).precision
        return Past(theta, precision + np.outer(np.append(squares, mass), bend))

    def _set(self, W: NDArray, b: NDArray) -> None:
        # The gauge: adding one number to every class's logit changes no probability.
        self.coef_ = (W - W.mean(axis=1, keepdims=True)).T.copy()
        self.intercept_ = b - b.mean()


def _all_classes(classes: ArrayLike) -> NDArray:
    found = np.unique(np.asarray(classes))
    if len(found) < 2:
        raise Refusal(
            "one-class",
            "nothing to tell apart: one class only",
            got=f"{len(found)} class in classes",
            want="at least 2 classes",
        )
    return found


def _other_classes(known: NDArray, classes: ArrayLike) -> Refusal:
    return Refusal(
        "classes-changed",
        "the classes are not those of the first batch",
        got=f"{np.size(np.asarray(classes))} classes, some of them others",
        want=f"the same {len(known)}, or None",
    )
