"""Predicting with a linear softmax model: what is left of a classifier once trained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

import softjet as sj
from softjet.learn.settings import refuse_not_finite
from softjet.learn.targets import (
    are_probabilities,
    label_ids,
    read_probabilities,
)
from softjet.learn.temperature import best_temperature

_FLOATS = [np.float64, np.float32]


class LinearSoftmax(ClassifierMixin, BaseEstimator):
    """softmax((X W + b) / T), as a scikit-learn classifier."""

    coef_: NDArray[np.float64]
    intercept_: NDArray[np.float64]
    classes_: NDArray
    temperature_: float

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Logits over T (rows, classes); for two classes their difference (rows,)."""
        logits = self._logits(X) / self.temperature_
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X: ArrayLike) -> NDArray:
        """The most probable label of each row; the first of them on a tie."""
        logits = self._logits(X)
        return self.classes_[np.argmax(logits, axis=1)]

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities (rows, classes), in the order of `classes_`."""
        return sj.softmax(self._logits(X), temperature=self.temperature_)

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Log-probabilities (rows, classes): exact also next to 0."""
        return sj.log_softmax(self._logits(X), temperature=self.temperature_)

    def fit_temperature(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Any:
        """The temperature T under which rows that were not trained on are likeliest.

        Labels, or probabilities (rows, classes).  It is kept in `temperature_`, which
        every predict_* then divides logits by; `predict` itself does not change.
        """
        logits = self._logits(X)
        weights = _check_sample_weight(sample_weight, logits, dtype=np.float64)
        if are_probabilities(y):
            targets: NDArray = read_probabilities(y, len(logits))
        else:
            targets = label_ids(np.asarray(y), self.classes_)
        self.temperature_ = best_temperature(logits, targets, weights)
        return self

    def _logits(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self._checked(X, reset=False) @ self.coef_.T + self.intercept_

    def _checked(self, X: ArrayLike, *y: ArrayLike, reset: bool = True) -> Any:
        # scikit-learn's own message for holes says neither row nor column.
        checked = validate_data(
            self,
            X,
            *y,
            accept_sparse="csr",
            dtype=_FLOATS,
            reset=reset,
            ensure_all_finite=False,
        )
        names = getattr(self, "feature_names_in_", None)
        refuse_not_finite(checked[0] if y else checked, names)
        return checked

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
