"""The options of attention, read or refused: what a query may see, scale, sink."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..adapters._arrays import as_array, refuse_foreign
from ..adapters._options import broadcast, shown
from ..errors import Refusal

NAME = "attention"
FAR = 1 << 40  # keys away: no limit
Array = np.ndarray


@dataclass(frozen=True)
class Sight:
    """Which keys a query may see: query i stands at key i + offset."""

    offset: int = 0
    left: int = FAR
    right: int = FAR

    def live(self, rows: Array, keys: Array) -> Array:
        """(rows, keys): whether the one may see the other."""
        away = keys[None, :] - (rows[:, None] + self.offset)
        return (away >= -self.left) & (away <= self.right)


def scale_of(value: Any, width: int) -> float:
    if value is None:
        return 1.0 / math.sqrt(width) if width else 1.0
    try:
        number = float(value) if np.ndim(value) == 0 else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, (bool, str)) or not math.isfinite(number):
        raise Refusal(
            "scale-range",
            "scale is not a finite number",
            got=shown("scale", value),
            want="one number; None for 1 / sqrt(E)",
        )
    return number


def sight_of(
    causal: Any, alignment: Any, window: Any, queries: int, keys: int
) -> Sight:
    if not isinstance(causal, (bool, np.bool_)):
        raise Refusal(
            "causal-type",
            "causal is neither True nor False",
            got=shown("causal", causal),
            want="True or False",
        )
    if alignment not in (None, "bottom_right", "top_left"):
        raise Refusal(
            "alignment-name",
            "no such alignment",
            got=shown("alignment", alignment),
            want="'bottom_right' (the last query sees the last key) or 'top_left' "
            "(the first query stands at the first key)",
        )
    left, right = _window(window)
    placed = causal or window is not None
    if placed and alignment is None and queries != keys:
        raise Refusal(
            "alignment-missing",
            "queries and keys differ in number, so where they meet must be named",
            got=f"{queries} queries, {keys} keys",
            want="alignment='bottom_right' (the last query sees the last key) or "
            "'top_left' (the first query stands at the first key)",
        )
    offset = keys - queries if alignment == "bottom_right" else 0
    return Sight(offset, left, 0 if causal else right)


def _window(value: Any) -> tuple[int, int]:
    """How many keys before its own, and after it, a query sees."""
    if value is None:
        return FAR, FAR
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    try:
        sides = [FAR if s is None else operator.index(s) for s in value] if pair else []
        width = 1 if pair else operator.index(value)
    except TypeError:
        width = 0
    if isinstance(value, bool) or width < 1 or any(s < 0 for s in sides):
        raise Refusal(
            "window-range",
            "window is not a width",
            got=shown("window", value),
            want="1 or more keys to each side, the query's own among them; or a pair "
            "(before, after) without it, None for all",
        )
    if not pair:
        sides = [width - 1, width - 1]
    return min(sides[0], FAR), min(sides[1], FAR)


def mask_of(
    mask: Any, shape: tuple[int, ...], work: np.dtype
) -> tuple[Array | None, Array | None]:
    """A boolean mask, or an additive one in the dtype of the work."""
    if mask is None:
        return None, None
    refuse_foreign(mask, "mask", NAME)
    array = np.asarray(mask)
    if array.dtype.kind in "iu":
        raise Refusal(
            "mask-dtype",
            "an integer mask may be meant either way",
            got=f"mask of dtype {array.dtype}",
            want="booleans (True takes part), or floats that are added to the scores",
            hint="mask.astype(bool)",
        )
    if array.dtype != np.bool_:
        array = as_array(mask, "mask", NAME)
    broadcast(array, shape, "mask", "the scores")
    # A view that repeats one number is kept as that number.
    once = (slice(1) if step == 0 else slice(None) for step in array.strides)
    array = array[tuple(once)]
    if array.dtype == np.bool_:
        return array, None
    with np.errstate(all="ignore"):  # a number too large for the dtype is infinity
        return None, array.astype(work, copy=False)


def sinks_of(sink: Any, shape: tuple[int, ...]) -> Array:
    """One logit a head."""
    if sink is None:
        return np.full(shape, -np.inf)
    array = as_array(sink, "sink", NAME).astype(np.float64)
    return np.array(broadcast(array, shape, "sink", "one logit a head"))
