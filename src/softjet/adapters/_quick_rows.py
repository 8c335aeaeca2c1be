"""The short ways of softmax, log_softmax and logsumexp."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._copies import NOTHING
from ._quick import (
    Options,
    Quick,
    Rows,
    cotangents,
    curved,
    into,
    of_rows,
    rounded,
    rows,
    weights,
)
from ._words import FALL, slack_of


def _softmax(read: Rows, y: np.ndarray, factor: float = 1.0) -> Any:
    """factor softmax, in y."""
    kernels, x, marks, span, *_ = read
    left = kernels.softmax.value(x, NOTHING, y.ravel(), marks, *span, factor, False)
    return None if left else y


def _softmax_jvp(read: Rows, x: np.ndarray, x_dot: np.ndarray) -> Any:
    kernels, flat, marks, span, *_ = read
    y, y_dot = np.empty_like(x), np.empty_like(x)
    arrays = flat, x_dot.ravel(), NOTHING, y.ravel(), y_dot.ravel(), marks
    left = kernels.softmax.jvp(*arrays, *span, *span[3:], False)
    return None if left else (y, y_dot)


def _softmax_pullback(read: Rows, x: np.ndarray, y_bar: np.ndarray) -> Any:
    return curved(read, y_bar, NOTHING, 1)


def _softmax_curvature(
    read: Rows, x: np.ndarray, x_dot: np.ndarray, y_bar: np.ndarray
) -> Any:
    kernels, _, marks, _, bend, _ = read
    p, left = weights(read)
    v = np.empty_like(x)
    arrays = p, x_dot.ravel(), y_bar.ravel(), v.ravel(), marks
    left += kernels.softmax.curvature(*arrays, *bend, FALL, False)
    return None if left else v


def _softmax_from_value(read: Rows, y: np.ndarray, seed: np.ndarray) -> Any:
    """Its pullback or pushforward from y: J is symmetric."""
    kernels, flat, marks, span, *_ = read
    v = np.empty_like(y)
    out, slack = v.ravel(), slack_of(y.dtype)
    from_value = kernels.softmax.from_value
    left = from_value(flat, seed.ravel(), out, marks, *span, slack, False)
    return None if left else v


def _log_softmax(read: Rows, y: np.ndarray) -> Any:
    kernels, x, marks, span, *_ = read
    left = kernels.log_softmax.value(x, y.ravel(), marks, *span, False)
    return None if left else y


def _log_softmax_jvp(read: Rows, x: np.ndarray, x_dot: np.ndarray) -> Any:
    y = _log_softmax(read, np.empty_like(x))
    y_dot = _log_softmax_first(read, x_dot, read[0].log_softmax.pushforward)
    return None if y is None or y_dot is None else (y, y_dot)


def _log_softmax_pullback(read: Rows, x: np.ndarray, y_bar: np.ndarray) -> Any:
    return _log_softmax_first(read, y_bar, read[0].log_softmax.pullback)


def _log_softmax_first(read: Rows, seed: np.ndarray, kernel: Any) -> Any:
    _, x, marks, span, *_ = read
    p, left = weights(read)
    v = np.empty_like(seed)
    left += kernel(x, p, seed.ravel(), v.ravel(), marks, *span, FALL)
    return None if left else v


def _log_softmax_curvature(
    read: Rows, x: np.ndarray, x_dot: np.ndarray, y_bar: np.ndarray
) -> Any:
    kernels, flat, _, span, *_ = read
    scale = np.empty(span[2])
    kernels.log_softmax.total(flat, y_bar.ravel(), scale, *span[:3])
    return curved(read, x_dot, scale, 2)


def _logsumexp(read: Rows, out: np.ndarray) -> Any:
    kernels, x, marks, span, *_ = read
    f = np.empty(span[2])
    left = kernels.logsumexp.value(x, f, marks, *span)
    return None if left else rounded(kernels, f, out)


def _logsumexp_value(read: Rows, x: np.ndarray) -> Any:
    return _logsumexp(read, np.empty(x.shape[:-1], x.dtype))


def _logsumexp_jvp(read: Rows, x: np.ndarray, x_dot: np.ndarray) -> Any:
    kernels, _, marks, span, *_ = read
    if (f := _logsumexp_value(read, x)) is None:
        return None
    p, left = weights(read)
    f_dot, rate = np.empty(span[2]), FALL * (span[3] + span[4])
    pushforward = kernels.logsumexp.pushforward
    left += pushforward(p, x_dot.ravel(), f_dot, marks, *span[:3], rate)
    if left:
        return None
    return f, rounded(kernels, f_dot, np.empty(x.shape[:-1], x.dtype))


def _logsumexp_grad(read: Rows, x: np.ndarray) -> Any:
    return _softmax(read, np.empty_like(x), 1.0 / read[-1])


def _logsumexp_value_and_grad(read: Rows, x: np.ndarray) -> Any:
    f, grad = _logsumexp_value(read, x), _logsumexp_grad(read, x)
    return None if f is None or grad is None else (f, grad)


def _logsumexp_hvp(read: Rows, x: np.ndarray, x_dot: np.ndarray) -> Any:
    return curved(read, x_dot, NOTHING, 2)


def _logsumexp_pullback(options: Options, x: Any, f_bar: Any) -> Any:
    if not (read := rows(options, x)):
        return None
    if (scale := cotangents(f_bar, x, x.shape[:-1])) is None:
        return None
    kernels, flat, marks, span, _, temperature = read
    if temperature != 1:
        with np.errstate(all="ignore"):
            scale /= temperature
    v = np.empty_like(x)
    left = kernels.softmax.value(flat, scale, v.ravel(), marks, *span, 1.0, False)
    return None if left else v


def _logsumexp_curvature(options: Options, x: Any, x_dot: Any, f_bar: Any) -> Any:
    if not (read := rows(options, x, x_dot)):
        return None
    scale = cotangents(f_bar, x, x.shape[:-1])
    return None if scale is None else curved(read, x_dot, scale, 2)


def _whole(x: np.ndarray) -> tuple[int, ...]:
    return x.shape


def _batch(x: np.ndarray) -> tuple[int, ...]:
    return x.shape[:-1]


# A vjp's value takes no `out`; its pullback is asked for later.
WAYS: dict[str, dict[str, Quick]] = {
    "softmax": {
        "call": into(_softmax, _whole),
        "jvp": of_rows(_softmax_jvp),
        "vjp": of_rows(lambda read, x: _softmax(read, np.empty_like(x))),
        "pullback": of_rows(_softmax_pullback),
        "curvature": of_rows(_softmax_curvature),
        "from_value": of_rows(_softmax_from_value),
    },
    "log_softmax": {
        "call": into(_log_softmax, _whole),
        "jvp": of_rows(_log_softmax_jvp),
        "vjp": of_rows(lambda read, x: _log_softmax(read, np.empty_like(x))),
        "pullback": of_rows(_log_softmax_pullback),
        "curvature": of_rows(_log_softmax_curvature),
    },
    "logsumexp": {
        "call": into(_logsumexp, _batch),
        "jvp": of_rows(_logsumexp_jvp),
        "vjp": of_rows(_logsumexp_value),
        "pullback": _logsumexp_pullback,
        "curvature": _logsumexp_curvature,
        "grad": of_rows(_logsumexp_grad),
        "value_and_grad": of_rows(_logsumexp_value_and_grad),
        "hvp": of_rows(_logsumexp_hvp),
    },
}
