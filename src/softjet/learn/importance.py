"""Labels as places among the classes, and how much each row counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from softjet.errors import Refusal
from softjet.learn.settings import refuse_empty_classes

Array = NDArray[np.float64]


def of_whole(
    class_weight: dict | str | None, classes: NDArray, ids: NDArray, labels: NDArray
) -> Array:
    """Weights of a training set's rows, 1 on the average.

    Dividing by the set's sum of weights, not by each batch's, keeps the gradient of a
    batch an unbiased estimate of the whole one.
    """
    if class_weight is None:
        return np.ones(len(ids))
    factors = compute_class_weight(class_weight, classes=classes, y=labels)
    refuse_empty_classes(factors[ids], ids, len(classes))
    return factors[ids] / factors[ids].mean()


def of_part(class_weight: dict | str | None, classes: NDArray, ids: NDArray) -> Array:
    """Weights of some rows as given: what they average to is not known from a part."""
    if class_weight is None:
        return np.ones(len(ids))
    if isinstance(class_weight, str):
        raise Refusal(
            "class-weight-partial",
            "partial_fit cannot balance classes that it has not all seen",
            got=f"class_weight={class_weight!r}",
            want="None or a dict of weights by class",
        )
    factors = compute_class_weight(class_weight, classes=classes, y=classes)
    every = np.arange(len(classes))
    refuse_empty_classes(factors, every, len(classes))
    return factors[ids]


def ids_among(classes: NDArray, labels: Any) -> NDArray[np.intp]:
    """Places of the labels among the sorted classes; a stranger is refused."""
    ids = np.searchsorted(classes, labels).clip(max=len(classes) - 1)
    strange = classes[ids] != labels
    if np.any(strange):
        raise Refusal(
            "class-unknown",
            "partial_fit met a class that its first call did not name",
            got=f"{int(np.sum(strange))} of {len(ids)} rows of other classes",
            want=f"labels among the {len(classes)} classes of the first call",
        )
    return ids
