"""The short ways of cross-entropy: class ids, and a reduction.

Arguments are in the order logits, ids, tangent, cotangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._options import REDUCTIONS
from ._quick import (
    LARGE,
    Options,
    Quick,
    Rows,
    cotangents,
    curved,
    number,
    parted,
    rounded,
    rows,
    weights,
)

IDS = np.dtype(np.int64)
ONE = object()  # the cotangent of a gradient: 1 for whatever the reduction gives


def _job(
    options: Options, x: Any, ids: Any, *seeds: Any
) -> tuple[Rows, np.ndarray, str] | None:
    """What the kernels are called with, class ids, and the reduction."""
    reduction, others = parted(options, "reduction", "mean")
    if not (read := rows(others, x, *seeds)) or not known(reduction):
        return None
    if type(ids) is not np.ndarray or ids.shape != x.shape[:-1] or not ids.ndim:
        return None
    if ids.dtype != IDS or not ids.flags.aligned:
        if ids.dtype.kind not in "iu":
            return None
        ids = ids.astype(IDS)
    return read, ids.ravel(), reduction


def known(reduction: Any) -> bool:
    return type(reduction) is str and reduction in REDUCTIONS


def _value(options: Options, x: Any, ids: Any) -> Any:
    if not (job := _job(options, x, ids)):
        return None
    return _loss(*job, x)


def _loss(read: Rows, ids: np.ndarray, reduction: str, x: np.ndarray) -> Any:
    kernels, flat, marks, span, *_ = read
    losses = np.empty(span[2])
    if kernels.cross_entropy.value(flat, ids, losses, marks, *span):
        return None
    return reduced(kernels, losses, x, x.shape[:-1], reduction)


def _jvp(options: Options, x: Any, ids: Any, x_dot: Any) -> Any:
    if not (job := _job(options, x, ids, x_dot)) or (loss := _loss(*job, x)) is None:
        return None
    (kernels, flat, marks, span, *_), ids, reduction = job
    p, left = weights(job[0])
    slopes, seed = np.empty(span[2]), x_dot.ravel()
    rows, rate = (slopes, marks, *span[:3]), span[3] + span[4]
    left += kernels.cross_entropy.pushforward(flat, p, seed, ids, *rows, rate)
    if left:
        return None
    slope = reduced(kernels, slopes, x, x.shape[:-1], reduction)
    return None if slope is None else (loss, slope)


def _grad(options: Options, x: Any, ids: Any, bar: Any = ONE) -> Any:
    found = _both(options, x, ids, bar)
    return found and found[1]


def _value_and_grad(options: Options, x: Any, ids: Any) -> Any:
    if not (found := _both(options, x, ids, ONE)):
        return None
    losses, grad, kernels, reduction = found
    loss = reduced(kernels, losses, x, x.shape[:-1], reduction)
    return None if loss is None else (loss, grad)


def _both(options: Options, x: Any, ids: Any, bar: Any) -> Any:
    """The rows' losses, and the gradient."""
    if not (job := _job(options, x, ids)):
        return None
    (kernels, flat, marks, span, *_), ids, reduction = job
    if (scale := _scale(bar, x, span[2], reduction)) is None:
        return None
    losses, grad = np.empty(span[2]), np.empty_like(x)
    outs = scale, losses, grad.ravel(), marks
    left = kernels.cross_entropy.value_and_grad(flat, ids, *outs, *span, False)
    return None if left else (losses, grad, kernels, reduction)


def _curvature(options: Options, x: Any, ids: Any, x_dot: Any, bar: Any = ONE) -> Any:
    if not (job := _job(options, x, ids, x_dot)):
        return None
    read, ids, reduction = job
    kernels, _, _, (length, _, count, *_), *_ = read
    if not kernels.numbers.within(ids, 0, length - 1):
        return None
    scale = _scale(bar, x, count, reduction)
    return None if scale is None else curved(read, x_dot, scale, 2)


def _scale(bar: Any, x: np.ndarray, count: int, reduction: str) -> np.ndarray | None:
    """The cotangents of the rows' own losses."""
    if reduction == "none" and bar is not ONE:
        return cotangents(bar, x, x.shape[:-1])
    if (one := 1.0 if bar is ONE else number(bar, x)) is None:
        return None
    scale = np.empty(count)
    scale.fill(one * (1.0 / count) if reduction == "mean" else one)
    return scale


def reduced(
    kernels: Any, losses: np.ndarray, x: np.ndarray, shape: Any, reduction: str
) -> Any:
    """Losses as they are, or their sum or mean."""
    if reduction == "none":
        return rounded(kernels, losses, np.empty(shape, x.dtype))
    whole = kernels.total.total(losses)
    if reduction == "mean":
        whole /= losses.size
    return x.dtype.type(whole) if -LARGE < whole < LARGE else None


WAYS: dict[str, Quick] = {
    "call": _value,
    "jvp": _jvp,
    "pullback": _grad,
    "grad": _grad,
    "value_and_grad": _value_and_grad,
    "curvature": _curvature,
    "hvp": _curvature,
}
