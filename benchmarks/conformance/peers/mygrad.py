"""mygrad: NumPy with a backward pass."""

from __future__ import annotations

from typing import Any

import mygrad
import numpy as np
from mygrad.nnet import activations, losses

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Function, Peer


def _value(function: Function, case: Case) -> Array:
    return function(mygrad.tensor(case.x), *case.given).data


def _pull(function: Function, case: Case) -> Array:
    x = mygrad.tensor(case.x)
    found = function(x, *case.given)
    found.backward(np.ones_like(found.data) if case.y_bar is None else case.y_bar)
    return x.grad


def _mean_loss(x: Any, ids: Array) -> Any:
    return losses.softmax_crossentropy(x, ids)


PEER = Peer(
    "mygrad",
    "mygrad",
    functions={
        "softmax": activations.softmax,
        "log_softmax": activations.logsoftmax,
        "sigmoid": activations.sigmoid,
        "mean cross_entropy": _mean_loss,
    },
    modes={"value": _value, "pullback": _pull},
)
