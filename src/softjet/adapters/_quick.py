"""Small plain calls, straight to a kernel: a few microseconds of Python.

A call is plain if it is about native C-contiguous float32 or float64 arrays, along the
last axis, with no option but `axis` and `out`, and small enough for one thread.  Any
other gives None here and goes the general way, which gives the same bits; so does a
call with a row that its kernel leaves to the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._copies import NOTHING, PIECE
from ._words import load, slack_of

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
Quick = Callable[..., Any]


def plain(x: Any) -> bool:
    """Whether x is an array that a kernel reads as it lies, all of it at once."""
    if type(x) is not np.ndarray or not 0 < x.size <= PIECE or not x.ndim:
        return False
    return x.dtype in DTYPES and x.dtype.isnative and x.flags.c_contiguous


def room(x: np.ndarray, options: dict[str, Any]) -> np.ndarray | None:
    """Where the answer goes: `out` if it will do, else a new array."""
    for name, value in options.items():
        if name == "axis":
            if type(value) is not int or value not in (-1, x.ndim - 1):
                return None
        elif name != "out":
            return None
    out = options.get("out")
    if out is None:
        return np.empty(x.shape, x.dtype)
    fits = plain(out) and out.shape == x.shape and out.dtype == x.dtype
    if not (fits and out.flags.writeable) or np.may_share_memory(out, x):
        return None
    return out


def none(x: Any, options: Any) -> None:
    """No short way."""


def softmax(x: Any, options: dict[str, Any]) -> Any:
    if not plain(x) or (y := room(x, options)) is None or not (kernels := load()):
        return None
    length = x.shape[-1]
    count = x.size // length
    left = kernels.softmax.value(
        x.ravel(),
        NOTHING,
        y.reshape(-1),
        np.empty(count, np.int8),
        length,
        0,
        count,
        1.0,
        0.0,
        1.0,
        False,
    )
    return None if left else y


def log_softmax(x: Any, options: dict[str, Any]) -> Any:
    if not plain(x) or (y := room(x, options)) is None or not (kernels := load()):
        return None
    length = x.shape[-1]
    count = x.size // length
    left = kernels.log_softmax.value(
        x.ravel(),
        y.reshape(-1),
        np.empty(count, np.int8),
        length,
        0,
        count,
        1.0,
        0.0,
        False,
    )
    return None if left else y


def logsumexp(x: Any, options: dict[str, Any]) -> Any:
    if options or not plain(x) or not (kernels := load()):
        return None
    length = x.shape[-1]
    count = x.size // length
    f = np.empty(x.shape[:-1])
    marks = np.empty(count, np.int8)
    value = kernels.logsumexp.value
    if value(x.ravel(), f.reshape(-1), marks, length, 0, count, 1.0, 0.0):
        return None
    return f.astype(x.dtype, copy=False)[()]


def entries(name: str) -> Quick:
    """A function of entries."""

    def value(x: Any, options: dict[str, Any]) -> Any:
        if not plain(x) or "axis" in options or (y := room(x, options)) is None:
            return None
        if not (kernels := load()):
            return None
        getattr(kernels, name).value(x.ravel(), y.reshape(-1), 0, x.size)
        return y

    return value


def pushed(y: Any, seed: Any, options: dict[str, Any]) -> Any:
    """softmax's pullback or pushforward from y."""
    if not (plain(y) and plain(seed) and y.shape == seed.shape):
        return None
    if "out" in options or y.dtype != seed.dtype:
        return None
    if (v := room(y, options)) is None:
        return None
    if not (kernels := load()):
        return None
    length = y.shape[-1]
    count = y.size // length
    left = kernels.softmax.from_value(
        y.ravel(),
        seed.ravel(),
        v.reshape(-1),
        np.empty(count, np.int8),
        length,
        0,
        count,
        1.0,
        0.0,
        slack_of(y.dtype),
        False,
    )
    return None if left else v


def cross_entropy(x: Any, ids: Any, options: dict[str, Any]) -> Any:
    """The mean loss of class ids and its gradient."""
    if options or not plain(x) or type(ids) is not np.ndarray:
        return None
    if ids.dtype != np.int64 or ids.shape != x.shape[:-1] or not ids.ndim:
        return None
    if not (kernels := load()):
        return None
    length = x.shape[-1]
    count = x.size // length
    grad, losses = np.empty(x.shape, x.dtype), np.empty(count)
    left = kernels.cross_entropy.value_and_grad(
        x.ravel(),
        ids.ravel(),
        np.full(count, 1.0 / count),
        losses,
        grad.reshape(-1),
        np.empty(count, np.int8),
        length,
        0,
        count,
        1.0,
        0.0,
        False,
    )
    if left:
        return None
    return x.dtype.type(kernels.total.total(losses) / count), grad


VALUES: dict[str, Quick] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "logsumexp": logsumexp,
    "sigmoid": entries("sigmoid"),
    "softplus": entries("softplus"),
    "log_sigmoid": entries("log_sigmoid"),
}
