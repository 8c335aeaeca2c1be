"""MLX, on the CPU: every derivative by its transforms."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Function, Peer

mx.set_default_device(mx.cpu)


def _array(array: Array) -> Any:
    # Without its dtype, float64 would be narrowed in silence.
    return mx.array(array, dtype=getattr(mx, array.dtype.name))


def _numbers(answer: Any) -> Array:
    return np.array(answer)


def _closed(function: Function, case: Case) -> Any:
    given = [_array(part) for part in case.given]
    return lambda x: function(x, *given)


def _bar(value: Any, case: Case) -> Any:
    return mx.ones_like(value) if case.y_bar is None else _array(case.y_bar)


def _value(function: Function, case: Case) -> Array:
    return _numbers(_closed(function, case)(_array(case.x)))


def _push(function: Function, case: Case) -> Array:
    seeds = [_array(case.x)], [_array(case.x_dot)]
    return _numbers(mx.jvp(_closed(function, case), *seeds)[1][0])


def _slope(function: Function, case: Case) -> Any:
    closed = _closed(function, case)

    def slope(x: Any) -> Any:
        return mx.vjp(closed, [x], [_bar(closed(x), case)])[1][0]

    return slope


def _pull(function: Function, case: Case) -> Array:
    return _numbers(_slope(function, case)(_array(case.x)))


def _bend(function: Function, case: Case) -> Array:
    seeds = [_array(case.x)], [_array(case.x_dot)]
    return _numbers(mx.jvp(_slope(function, case), *seeds)[1][0])


PEER = Peer(
    "MLX",
    "mlx",
    functions={
        "softmax": lambda x: mx.softmax(x, axis=-1),
        "log_softmax": lambda x: nn.log_softmax(x, axis=-1),
        "logsumexp": lambda x: mx.logsumexp(x, axis=-1),
        "logsumexp of two axes": lambda x: mx.logsumexp(x, axis=(-2, -1)),
        "softmax of two axes": lambda x: mx.softmax(x, axis=(-2, -1)),
        "sigmoid": mx.sigmoid,
        "log_sigmoid": nn.log_sigmoid,
        "softplus": nn.softplus,
        "cross_entropy": lambda x, t: nn.losses.cross_entropy(x, t, reduction="none"),
        "binary_cross_entropy": lambda z, t: nn.losses.binary_cross_entropy(
            z, t, with_logits=True, reduction="none"
        ),
    },
    widest="float32",
    modes={
        "value": _value,
        "pushforward": _push,
        "pullback": _pull,
        "curvature": _bend,
    },
)
