"""What the classifier refuses: settings, features, weights, classes."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal

# Below this share of the objective the certificate is rounding: certificate.md.
LEAST_TOL = 1e-13


def check_settings(estimator: Any) -> None:
    """C, tol and max_iter, or a refusal that names the one."""
    for name in ("C", "tol"):
        value: Any = getattr(estimator, name)
        if not (isinstance(value, Real) and 0.0 < float(value) < np.inf):
            raise Refusal(
                name,
                f"{name} is no positive number",
                got=f"{name}={value!r}",
                want="a finite number above 0",
            )
    if estimator.tol < LEAST_TOL:
        raise Refusal(
            "tol-small",
            "tol is below what float64 can prove",
            got=f"tol={estimator.tol!r}",
            want=f"tol >= {LEAST_TOL:g}",
        )
    count = estimator.max_iter
    if not isinstance(count, (int, np.integer)) or isinstance(count, bool):
        count = -1
    if count < 0:
        raise Refusal(
            "max-iter",
            "max_iter is no number of steps",
            got=f"max_iter={estimator.max_iter!r}",
            want="a whole number, 0 or more",
        )


def refuse_not_finite(X: NDArray, names: NDArray | None) -> None:
    # A sum is finite exactly when every entry is, unless it overflows: then look.
    if np.isfinite(X.sum()) or (finite := np.isfinite(X)).all():
        return
    row, column = (int(i) for i in np.argwhere(~finite)[0])
    kind = "NaN" if np.isnan(X[row, column]) else "infinity (inf)"
    label = "" if names is None else f" ({names[column]!r})"
    raise Refusal(
        "features-finite",
        f"X contains {kind}",
        got=f"{kind} at row {row}, column {column}{label}",
        want="finite numbers in every row and column",
    )


def refuse_empty_classes(weights: NDArray, targets: NDArray, n_classes: int) -> None:
    if n_classes < 2:
        raise Refusal(
            "one-class",
            "nothing to tell apart: y holds one class only",
            got=f"{n_classes} class in {len(targets)} rows",
            want="at least 2 classes",
        )
    total = weights.sum()
    if not (np.isfinite(total) and (weights >= 0).all() and total > 1e-300):
        raise Refusal(
            "weights-range",
            "the weights of the rows are negative, not finite, or too small",
            got=f"weights with a sum of {total:g}",
            want="finite weights >= 0 with a sum above 1e-300",
        )
    mass = np.bincount(targets, weights, minlength=n_classes)
    if not (mass > 0.0).all():
        raise Refusal(
            "class-weight",
            "a class has no weight: nothing can be learnt about it",
            got=f"sum of weights 0 in class {int(np.argmin(mass))} of {n_classes}",
            want="a positive sum of weights in every class of y",
            hint="leave the rows of that class out",
        )
