"""How rows lie in what a function takes: in rows, in columns, or one at a time.

rows       (N, K), one example a row
columns    (K, N), one example a column
row        (K,), one example a call: for functions that refuse every 2-D array
entry      one number a call: for functions of entries that refuse every array
flat       (M,): for losses of entries, which people write for vectors
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .probe import Probe

Array = Any
LAYOUTS = (
    "rows",
    "columns",
    "row",
    "entry",
    "flat",
    "heads",
    "single",
    "batch and heads",
)


def hand_over(array: Array, layout: str, probe: Probe, by_rows: bool = True) -> Array:
    """A canonical array, (N, K) or one number a row, in the layout a function takes."""
    array = np.asarray(array)
    if array.ndim == 0 or not by_rows:
        return array.copy()
    if probe.lead is not None:
        array = array.reshape(*probe.lead, *array.shape[1:])
        if array.ndim > len(probe.lead):
            array = np.moveaxis(array, -1, probe.axis if probe.axis is not None else -1)
    elif layout == "columns" and array.ndim == 2:
        array = array.T
    return laid_out(array, probe.form)


def laid_out(array: Array, form: str) -> Array:
    """A fresh copy in this memory layout: never a view of what we keep."""
    if form == "F":
        return np.array(array, order="F")
    if form == "strided":
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        room[..., ::2] = array
        return room[..., ::2]
    if form == "reversed":
        return np.ascontiguousarray(array[..., ::-1])[..., ::-1]
    return np.array(array, order="C")


def taken_back(
    array: Array, want: tuple[int, ...], layout: str, probe: Probe
) -> Array | None:
    """What came back, canonical; None where its shape is not the wanted one."""
    if probe.lead is not None:
        return _taken_from_axes(array, want, probe)
    if array.shape == want and not (layout == "columns" and len(want) == 2):
        return array
    if layout == "columns" and len(want) == 2 and array.shape == want[::-1]:
        return array.T
    return _tolerated(array, want)


def _taken_from_axes(array: Array, want: tuple[int, ...], probe: Probe) -> Array | None:
    assert probe.lead is not None
    if want == ():
        return _tolerated(array, want)
    axis = -1 if probe.axis is None else probe.axis
    if len(want) == 2:
        shape = hand_over(np.zeros(want), "rows", probe).shape
        if array.shape != shape:
            return None
        return np.moveaxis(array, axis, -1).reshape(want)
    if array.shape == probe.lead:
        return array.reshape(want)
    kept = np.expand_dims(np.zeros(probe.lead), axis).shape
    return array.reshape(want) if array.shape == kept else None


def _tolerated(array: Array, want: tuple[int, ...]) -> Array | None:
    """Other shapes that say the same: keepdims, a loss in an array of one, ..."""
    if want == () and array.size == 1:
        return array.reshape(())
    if len(want) == 1 and array.shape in ((*want, 1), (1, *want)):
        return array.reshape(want)
    if len(want) == 3 and array.shape == (*want[1:], want[0]):
        return np.moveaxis(array, -1, 0)  # (K, K, N), of examples in columns
    if len(want) == 3 and array.shape == (want[0], want[1], want[0], want[2]):
        return _blocks(array)
    if len(want) == 2 and array.shape == (*want, want[1]):
        return _diagonal(array)
    return None


def _blocks(array: Array) -> Array | None:
    """The blocks of a Jacobian of the whole batch, where nothing is outside them."""
    n = np.arange(len(array))
    outside = array.copy()
    outside[n, :, n] = 0.0
    return None if np.any(outside) else array[n, :, n]


def _diagonal(array: Array) -> Array | None:
    """The slopes of a function of entries, from their dense Jacobians."""
    k = np.arange(array.shape[-1])
    outside = array.copy()
    outside[:, k, k] = 0.0
    return None if np.any(outside) else array[:, k, k]
