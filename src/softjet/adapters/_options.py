"""The keywords of the functions, read and refused in one place."""

from __future__ import annotations

import math
import operator
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..errors import Refusal, TypeRefusal
from ..rules._rule import Rule
from ._arrays import FLOATS, as_array, rectangular, refuse_foreign
from ._axes import Rows

REDUCTIONS = ("mean", "sum", "none")
# What other libraries call the same thing; of several, the one that a function takes.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "dim": ("axis",),
    "axes": ("axis",),
    "keepdim": ("keepdims",),
    "tau": ("temperature",),
    "mask": ("where",),
    "where": ("mask",),
    "attn_mask": ("mask",),
    "attention_mask": ("mask",),
    "attn_bias": ("mask",),
    "is_causal": ("causal",),
    "softmax_scale": ("scale",),
    "sm_scale": ("scale",),
    "window_size": ("window",),
    "sliding_window": ("window",),
    "sinks": ("sink",),
    "linear_bias": ("bias",),
    "ignore": ("ignore_index",),
    "smoothing": ("label_smoothing",),
    "softcapping": ("softcap",),
    "logit_softcapping": ("softcap",),
    "final_logit_softcapping": ("softcap",),
    "lse_square_scale": ("z_loss",),
}
# Options of other libraries that a function has no need or no room for: why, and what
# to write instead.
ABSENT: dict[tuple[str, str], tuple[str, str]] = {
    ("attention", "dropout_p"): (
        "dropout would make the order of its random numbers a promise",
        "leave it out, as for dropout_p=0.0",
    ),
    ("attention", "enable_gqa"): (
        "grouped heads need no option",
        "leave it out: q of H heads, k and v of H_kv, H a multiple of H_kv",
    ),
    ("attention", "softcap"): ("no soft cap of its scores is built", ""),
    ("linear_cross_entropy", "linear_weight"): (
        "the weights stand after h",
        "linear_cross_entropy(h, W, targets)",
    ),
}


def temperature(value: Any) -> float:
    number = _real(value)
    if number is None or not 0 < number < math.inf:
        raise Refusal(
            "temperature-sign",
            "temperature is not a positive finite number",
            got=shown("temperature", value),
            want="one number > 0; small sharpens, large flattens",
        )
    return number


def _real(value: Any) -> float | None:
    if isinstance(value, (bool, str, list, tuple)):
        return None
    if isinstance(value, (np.ndarray, np.generic)):
        real = value.dtype.kind in "iuf" or value.dtype.name in FLOATS
        if value.ndim or not real:
            return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def shown(name: str, value: Any) -> str:
    """A setting in a message: its value where it is short, never an array's data."""
    if isinstance(value, np.ndarray):
        return f"{name} of type ndarray of shape {value.shape}"
    if isinstance(value, complex):
        return f"{name} of type complex"
    text = repr(value)
    return f"{name}={text}" if len(text) <= 60 else f"{name} of type {_kind(value)}"


def _kind(value: Any) -> str:
    return type(value).__name__


def keepdims(value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise Refusal(
        "keepdims-type",
        "keepdims is neither True nor False",
        got=shown("keepdims", value),
        want="True or False",
    )


def label_smoothing(value: Any) -> float:
    number = _real(value)
    if number is None or not 0 <= number <= 1:
        raise Refusal(
            "smoothing-range",
            "label_smoothing is not a share",
            got=shown("label_smoothing", value),
            want="0 <= label_smoothing <= 1",
        )
    return number


def reduction(value: Any) -> str:
    if not isinstance(value, str) or value not in REDUCTIONS:
        raise Refusal(
            "reduction-name",
            "no such reduction",
            got=shown("reduction", value),
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
            got=shown("ignore_index", value),
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
    sinks = spread.reshape(rows.count).astype(np.float64)
    return None if (sinks == -np.inf).all() and rows.length else sinks


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


def unknown_option(called: str, name: str, known: tuple[str, ...]) -> TypeRefusal:
    """The refusal of an option that a function does not have, with the near name."""
    reason, hint = ABSENT.get((called.partition(".")[0], name), ("", ""))
    if not reason:
        near = [word for word in SYNONYMS.get(name, ()) if word in known]
        near = near or get_close_matches(name, known, 1)
        hint = near[0] if near else ""
    return TypeRefusal(
        "option-unknown",
        f"{called} takes no such option" + (f": {reason}" if reason else ""),
        got=name,
        want=", ".join(known) or "no options",
        hint=hint or None,
    )


def refuse_positional(rule: Rule, extra: tuple[Any, ...]) -> None:
    """Options are keywords; other libraries take the axis by position."""
    if extra:
        raise TypeRefusal(
            "option-positional",
            f"{rule.name} takes its options as keywords",
            got=f"{len(extra)} more by position",
            want=", ".join(rule.primals + rule.given) + ", then keywords",
            hint=f"axis={extra[0]}" if isinstance(extra[0], int) else None,
        )
