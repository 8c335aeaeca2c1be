"""What is to be learnt of each row: a label, or probabilities of the classes.

Probabilities are told by dtype and shape together: floats, one column for each of two
classes or more.  Everything else is labels, which scikit-learn's checks read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from softjet.errors import Refusal

# How far from 1 a row of probabilities may add up: what float32 does to many classes.
SLACK = 1e-4


def are_probabilities(y: Any) -> bool:
    """Whether y is soft labels: floats of shape (rows, 2 classes or more)."""
    shape = getattr(y, "shape", None)
    y = y if shape is not None else np.asarray(y)
    many = len(y.shape) == 2 and y.shape[1] >= 2
    return bool(many and np.asarray(y).dtype.kind == "f")


def read_probabilities(y: Any, rows: int) -> NDArray[np.float64]:
    """Soft labels as rows that add up to 1 in float64."""
    T = np.array(y, dtype=np.float64)
    if len(T) != rows:
        raise Refusal(
            "soft-labels-rows",
            "X and y have different numbers of rows",
            got=f"X with {rows} rows, y with {len(T)}",
            want="one row of probabilities for each row of X",
        )
    sums = T.sum(axis=1)
    wrong = ~((T.min(axis=1) >= 0.0) & (np.abs(sums - 1.0) <= SLACK))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise Refusal(
            "soft-labels",
            "a row of y is no probabilities",
            got=f"row {i} with a sum of {sums[i]:g} and a least entry of "
            f"{T[i].min():g}",
            want="entries >= 0 with a sum of 1",
            hint=None
            if T[i].min() < 0.0 or not sums[i] > 0.0
            else "y / y.sum(axis=1, keepdims=True)",
        )
    T /= sums[:, None]
    return T


def label_ids(labels: NDArray, classes: NDArray) -> NDArray[np.intp]:
    """The place of each label in `classes`, which is sorted."""
    ids = np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
    unknown = classes[ids] != labels
    if unknown.any():
        raise Refusal(
            "labels-unknown",
            "a label is none of the classes that were trained",
            got=f"another label in row {int(np.argmax(unknown))}",
            want=f"one of the {len(classes)} in classes_",
        )
    return ids


def weigh_classes(
    class_weight: Any, classes: NDArray, targets: NDArray, weights: NDArray
) -> tuple[NDArray, NDArray]:
    """Targets and weights of rows, with each class counting as `class_weight` says.

    Weights of classes turn a row of probabilities t into another, w t / <w, t>, that
    weighs <w, t> times as much.
    """
    if class_weight is None:
        return targets, weights
    if targets.ndim == 1:
        factors = compute_class_weight(
            class_weight,
            classes=classes,
            y=classes[targets],
            sample_weight=weights,
        )
        return targets, weights * factors[targets]
    factors = _soft_factors(class_weight, classes, targets, weights)
    weighed = targets * factors
    sums = weighed.sum(axis=1)
    live = sums > 0.0
    weighed[live] /= sums[live, None]
    weighed[~live] = targets[~live]
    return weighed, weights * sums


def mass_by_class(targets: NDArray, weights: NDArray, n_classes: int) -> NDArray:
    """The weight each class has."""
    if targets.ndim == 2:
        return weights @ targets
    return np.bincount(targets, weights, minlength=n_classes)


def _soft_factors(
    class_weight: Any, classes: NDArray, targets: NDArray, weights: NDArray
) -> NDArray:
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise Refusal(
                "class-weight-name",
                "no such weighting of classes",
                got=f"class_weight={class_weight!r}",
                want="'balanced', a dict from classes to weights, or None",
            )
        mass = weights @ targets
        return mass.sum() / (len(classes) * np.maximum(mass, 1e-300))
    return np.array([float(class_weight.get(label, 1.0)) for label in classes])
