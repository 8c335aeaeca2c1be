"""The keywords of the functions, read and refused in one place."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..errors import Refusal
from ._arrays import as_array, rectangular, refuse_foreign
from ._axes import Rows

REDUCTIONS = ("mean", "sum", "none")


def temperature(value: Any) -> float:
    number = _real(value)
    if number is None or not 0 < number < math.inf:
        raise Refusal(
            "temperature-sign",
            "temperature is not a positive finite number",
            got=_shown("temperature", value),
            want="one number > 0; small sharpens, large flattens",
        )
    return number


def _real(value: Any) -> float | None:
    if isinstance(value, (bool, str)) or np.ndim(value) != 0:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _shown(name: str, value: Any) -> str:
    """A setting in a message: its value, or its shape where it is an array."""
    if isinstance(value, (int, float, str, type(None), np.generic)):
        return f"{name}={value!r}"
    shape = f" of shape {np.shape(value)}" if np.ndim(value) else ""
    return f"{name} of type {type(value).__name__}{shape}"


def label_smoothing(value: Any) -> float:
    number = _real(value)
    if number is None or not 0 <= number <= 1:
        raise Refusal(
            "smoothing-range",
            "label_smoothing is not a share",
            got=_shown("label_smoothing", value),
            want="0 <= label_smoothing <= 1",
        )
    return number


def reduction(value: Any) -> str:
    if not isinstance(value, str) or value not in REDUCTIONS:
        raise Refusal(
            "reduction-name",
            "no such reduction",
            got=_shown("reduction", value),
            want=", ".join(repr(name) for name in REDUCTIONS),
        )
    return value


def ignore_index(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return operator.index(value)
    except TypeError:
        raise Refusal(
            "ignore-index-type",
            "ignore_index is not a class id",
            got=_shown("ignore_index", value),
            want="a whole number, or None to ignore no row",
        ) from None


def where(mask: Any, shape: tuple[int, ...], function: str) -> np.ndarray | None:
    """The mask broadcast to the logits, without a copy."""
    if mask is None:
        return None
    refuse_foreign(mask, "where", function)
    array = rectangular(mask, "where")
    if array.dtype != np.bool_:
        raise Refusal(
            "where-dtype",
            "where is not a boolean mask",
            got=f"where of dtype {array.dtype}",
            want="booleans: True takes part, False leaves the row",
            hint="where.astype(bool)" if array.dtype.kind in "iu" else None,
        )
    return broadcast(array, shape, "where", "the logits")


def broadcast(
    array: np.ndarray, shape: tuple[int, ...], what: str, whose: str
) -> np.ndarray:
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise Refusal(
            f"{what}-shape",
            f"{what} does not broadcast to {whose}",
            got=f"{what} {array.shape}",
            want=f"a shape that broadcasts to {shape}",
            hint=_with_axes(array, shape, what),
        ) from None


def _with_axes(array: np.ndarray, shape: tuple[int, ...], what: str) -> str | None:
    """Adding last axes is the cure where one value a row came for a row of them."""
    short = len(shape) - array.ndim
    if short > 0 and all(
        n in (1, wanted) for n, wanted in zip(array.shape, shape, strict=False)
    ):
        return f"{what}[..., {', '.join(['None'] * short)}]"
    return None


def sink(value: Any, rows: Rows, function: str) -> np.ndarray | None:
    """One number a row, (rows,) of float64; it broadcasts to the keepdims shape."""
    if value is None:
        return None
    array = as_array(value, "sink", function)
    spread = broadcast(array, rows.kept, "sink", "one number a row")
    return spread.reshape(rows.count).astype(np.float64)


def weight(value: Any, classes: int, function: str) -> np.ndarray | None:
    """One finite weight a class, not negative."""
    if value is None:
        return None
    array = as_array(value, "weight", function)
    if array.shape != (classes,):
        raise Refusal(
            "weight-shape",
            "weight does not hold one number a class",
            got=f"weight {array.shape}, {classes} classes",
            want=f"weight ({classes},)",
        )
    wide = array.astype(np.float64)
    bad = np.flatnonzero(~(np.isfinite(wide) & (wide >= 0)))
    if bad.size:
        raise Refusal(
            "weight-range",
            "a class weight is negative or not finite",
            got=f"weight of class {int(bad[0])} is {wide[bad[0]]}",
            want="finite weights >= 0",
        )
    return wide
