"""What the classifier refuses: settings, features, weights, classes."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn.solve import SOLVERS
from softjet.learn.targets import mass_by_class

# Below this share of the objective the certificate is rounding: certificate.md.
LEAST_TOL = 1e-13
LEAST_MEMORY = 1 << 20


def check_settings(estimator: Any) -> None:
    """Every parameter that is a number or a name, or a refusal that names the one."""
    _positive("C", estimator.C, "a number above 0; infinity: no penalty", np.inf)
    _positive("tol", estimator.tol, "a finite number above 0", np.finfo(float).max)
    if estimator.solver not in SOLVERS:
        raise Refusal(
            "solver",
            "no such solver",
            got=f"solver={estimator.solver!r}",
            want="one of " + ", ".join(map(repr, SOLVERS)),
        )
    memory = estimator.memory
    if not (isinstance(memory, Integral) and int(memory) >= LEAST_MEMORY):
        raise Refusal(
            "memory",
            "memory is no number of bytes to work in",
            got=f"memory={memory!r}",
            want=f"a whole number, {LEAST_MEMORY} or more",
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


def _positive(name: str, value: Any, want: str, most: float) -> None:
    if not (isinstance(value, Real) and 0.0 < float(value) <= most):
        raise Refusal(
            name, f"{name} is no positive number", got=f"{name}={value!r}", want=want
        )


def refuse_not_finite(X: Any, names: NDArray | None) -> None:
    entries = X if isinstance(X, np.ndarray) else X.data
    # A sum is finite exactly when every entry is, unless it overflows: then look.
    if np.isfinite(entries.sum()) or (finite := np.isfinite(entries)).all():
        return
    first = np.argwhere(~finite)[0]
    kind = "NaN" if np.isnan(entries[tuple(first)]) else "infinity (inf)"
    row, column = (int(i) for i in (first if entries is X else _place(X, first[0])))
    label = "" if names is None else f" ({names[column]!r})"
    raise Refusal(
        "features-finite",
        f"X contains {kind}",
        got=f"{kind} at row {row}, column {column}{label}",
        want="finite numbers in every row and column",
    )


def _place(X: Any, entry: int) -> tuple[int, int]:
    """Row and column of a stored entry of a CSR matrix."""
    row = int(np.searchsorted(X.indptr, entry, side="right")) - 1
    return row, int(X.indices[entry])


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
    mass = mass_by_class(targets, weights, n_classes)
    if not (mass > 0.0).all():
        raise Refusal(
            "class-weight",
            "a class has no weight: nothing can be learnt about it",
            got=f"sum of weights 0 in class {int(np.argmin(mass))} of {n_classes}",
            want="a positive sum of weights in every class of y",
            hint="leave the rows of that class out",
        )
