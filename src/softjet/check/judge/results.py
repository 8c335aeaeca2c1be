"""What a call returned, as one array: out of a pair, or by one step more.

(loss, gradient), (y, y_dot), (y, cache)    the part that the piece is about
(y, pullback)                               pullback(y_bar), as JAX has it
a slope, from a backward without y_bar      times y_bar, as networks do
a Jacobian, from a backward without y_bar   times y_bar
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = Any


def picked(
    piece: Any,
    problem: Any,
    result: Any,
    put: Mapping[str, Any],
    kept: Mapping[str, Array],
) -> Array:
    """The array that the piece is about, by whatever way it came."""
    take = piece.carrier.take
    if _awaits_seed(piece) and isinstance(result, tuple) and callable(result[-1]):
        seed = piece.carrier.put(_seed(piece, problem))
        return take(_one(result[-1](seed)))
    if isinstance(result, (tuple, list)) and piece.carrier.name != "lists":
        result = _part(piece, result, np.shape(problem.right[0]))
    array = take(result)
    return _times_seed(piece, problem, array) if _awaits_seed(piece) else array


def _awaits_seed(piece: Any) -> bool:
    return (
        piece.name == "vjp"
        and "g" not in piece.callee.roles
        and not piece.kind.takes_targets
        and not piece.derived
    )


def _seed(piece: Any, problem: Any) -> Array:
    from .layouts import hand_over

    return hand_over(problem.seed, piece.layout, problem.probe)


def _one(result: Any) -> Any:
    return result[0] if isinstance(result, tuple) and len(result) == 1 else result


def _part(piece: Any, result: Any, want: tuple[int, ...]) -> Any:
    """Of several arrays the one of the wanted size; a value comes first, else last."""
    parts = list(result)
    if piece.kind.maps == "attention" and piece.name == "vjp" and len(parts) == 3:
        return parts["qkv".index(piece.fixed["of"])]
    if not parts or not all(_is_array(part) for part in parts):
        return result
    if isinstance(result, list):  # a list of rows is an array
        return result
    size = int(np.prod(want))
    order = parts if piece.name == "value" else parts[::-1]
    fits = [part for part in order if np.size(piece.carrier.take(part)) == size]
    return (fits or order)[0]


def _is_array(part: Any) -> bool:
    return hasattr(part, "shape") or isinstance(part, (int, float, list))


def _times_seed(piece: Any, problem: Any, array: Array) -> Array:
    seed = _seed(piece, problem).astype(np.float64)
    if array.shape == seed.shape:
        return array * seed
    if piece.layout == "rows" and array.ndim == 3 and array.shape[:2] == seed.shape:
        return np.einsum("nij,ni->nj", array, seed)
    return array
