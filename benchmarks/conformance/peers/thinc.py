"""Thinc: softmax and sigmoid with their backward functions, in NumPy."""

from __future__ import annotations

import numpy as np
from thinc.api import NumpyOps

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Peer

OPS = NumpyOps()


def _one_sequence(x: Array) -> Array:
    """Each row of ours as one sequence of Thinc's, whose softmax runs down it."""
    lengths = np.array([x.shape[-1]], np.int32)
    return np.array([OPS.softmax_sequences(row[:, None], lengths)[:, 0] for row in x])


def _softmax_back(case: Case) -> Array:
    return OPS.backprop_softmax(OPS.softmax(case.x), case.y_bar)


def _sigmoid_back(case: Case) -> Array:
    return OPS.backprop_sigmoid(case.y_bar, OPS.sigmoid(case.x))


PEER = Peer(
    "Thinc",
    "thinc",
    functions={
        "softmax": OPS.softmax,
        "softmax of sequences": _one_sequence,
        "sigmoid": OPS.sigmoid,
    },
    modes={"value": lambda function, case: function(case.x)},
    own={
        ("softmax", "pullback"): _softmax_back,
        ("sigmoid", "pullback"): _sigmoid_back,
    },
)
