"""The same split and the same objective, minimised by scikit-learn, beside ours."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np

from softjet.learn.certificate import Certifier
from softjet.learn.data import Split
from softjet.learn.objective import Array, Objective
from softjet.learn.scores import scores
from softjet.learn.solve import settle_intercept


def compare(split: Split, C: float, max_iter: int, ours: float) -> dict[str, Any]:
    """Train LogisticRegression (lbfgs, tol=1e-4) and certify its solution.

    Two of its settings are not the ones it comes with: max_iter, for which `fit` passes
    1000 where the default of 100 would stop short, and for two classes C, which is
    doubled so that both minimise the same objective.

    `ours` is our objective minus our gap: a proven floor under the minimum.  The gap of
    a solution is the smaller of its own certificate and its height above that floor.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    K = len(split.classes)
    # With two classes scikit-learn trains w = W_1 - W_0, and ||W||^2 = ||w||^2 / 2: the
    # same minimum has twice our C there.
    model = LogisticRegression(C=C if K > 2 else 2.0 * C, max_iter=max_iter)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        start = time.perf_counter()
        model.fit(split.X_train, split.y_train)
        seconds = time.perf_counter() - start
    W, b = _both_classes(model.coef_.T, model.intercept_, K)
    return {
        "name": "scikit-learn LogisticRegression",
        **_certified(split, W, b, C, ours),
        "seconds": seconds,
        "iterations": int(np.max(model.n_iter_)),
        "warned": any(issubclass(w.category, ConvergenceWarning) for w in caught),
        **scores(split.X_test @ W + b, split.y_test),
    }


def _certified(
    split: Split, W: Array, b: Array, C: float, floor: float
) -> dict[str, float]:
    weights = np.ones(len(split.y_train))
    K = len(split.classes)
    objective = Objective(split.X_train, split.y_train, weights, n_classes=K, C=C)
    point = objective.at(W, b)
    # A better intercept lowers the objective; what it lowers it by is added back.
    settled = settle_intercept(objective, point)
    gap = Certifier(objective)(settled).gap + point.value - settled.value
    return {"objective": point.value, "gap": min(gap, max(point.value - floor, 0.0))}


def _both_classes(W: Array, b: Array, n_classes: int) -> tuple[Array, Array]:
    """scikit-learn's one column for two classes as two that sum to 0."""
    if n_classes > 2:
        return W, b
    return np.hstack([-0.5 * W, 0.5 * W]), np.concatenate([-0.5 * b, 0.5 * b])
