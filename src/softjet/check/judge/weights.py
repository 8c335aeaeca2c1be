"""Targets in the forms that losses take, and the weights that a loss comes down to.

    L = sum_nk w_nk (-log y_nk),    w = c_k t_nk / sum_nk c_k t_nk  for a mean

t after smoothing, c the class weights, ignored rows 0: ids and the same one-hot agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = Any
FORMS = ("ids", "one-hot", "one-hot integers")


def probabilities(targets: Array, classes: int) -> Array:
    """Targets as rows of probabilities."""
    if targets.ndim == 2:
        return targets.astype(np.float64)
    return np.eye(classes)[np.where(targets < 0, 0, targets)]


def in_form(targets: Array, form: str, classes: int, dtype: Any) -> Array | None:
    """Targets as the function takes them; None where that form cannot say them."""
    if targets.ndim == 2:
        return targets.astype(dtype) if form == "one-hot" else None
    if form == "ids":
        return targets.copy()
    one_hot = probabilities(targets, classes)
    return one_hot.astype(np.int64 if form == "one-hot integers" else dtype)


def of_rows(targets: Array, x: Array, options: Mapping[str, Any]) -> Array:
    """w of a cross-entropy."""
    count = x.shape[-1]
    t = probabilities(targets, count)
    smoothing = float(options.get("label_smoothing") or 0.0)
    t = (1 - smoothing) * t + smoothing / count
    if options.get("weight") is not None:
        t = t * np.asarray(options["weight"], np.float64)
    ignored = options.get("ignore_index")
    if ignored is not None and targets.ndim == 1:
        t[targets == ignored] = 0.0
    if options.get("reduction", "mean") != "mean":
        return t
    total = t.sum()
    return t / total if total else t


def of_entries(targets: Array, options: Mapping[str, Any]) -> tuple[Array, float]:
    """(t, weight of an entry) of a binary cross-entropy."""
    mean = options.get("reduction", "mean") == "mean"
    return targets.astype(np.float64), 1.0 / targets.size if mean else 1.0
