"""HIPS autograd: logsumexp has rules of its own, softmax it has none."""

from __future__ import annotations

from typing import Any

import numpy as np
from autograd import make_jvp, make_vjp
from autograd.scipy.special import expit, logsumexp

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Function, Peer


def _closed(function: Function, case: Case) -> Any:
    return lambda x: function(x, *case.given)


def _pull(function: Function, case: Case, x: Any) -> Any:
    pull, found = make_vjp(_closed(function, case))(x)
    return pull(np.ones_like(found) if case.y_bar is None else case.y_bar)


def _push(function: Function, case: Case) -> Array:
    return make_jvp(_closed(function, case))(case.x)(case.x_dot)[1]


def _bend(function: Function, case: Case) -> Array:
    return make_jvp(lambda x: _pull(function, case, x))(case.x)(case.x_dot)[1]


PEER = Peer(
    "autograd",
    "autograd",
    functions={
        "logsumexp": lambda x: logsumexp(x, axis=-1),
        "logsumexp of two axes": lambda x: logsumexp(x, axis=(-2, -1)),
        "sigmoid": expit,
    },
    modes={
        "value": lambda function, case: function(case.x, *case.given),
        "pushforward": _push,
        "pullback": lambda function, case: _pull(function, case, case.x),
        "curvature": _bend,
    },
)
