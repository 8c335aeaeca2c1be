"""scikit-learn: its softmax, and its estimators' losses (a private module)."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn._loss import HalfBinomialLoss, HalfMultinomialLoss
from sklearn.utils.extmath import softmax

from benchmarks.conformance._case import Array, Case, Lacks
from benchmarks.conformance.peers._peer import Peer


def _multinomial(case: Case) -> tuple[Array, Array]:
    (ids,) = case.given
    if ids.dtype.kind != "i":
        raise Lacks("takes class ids alone")
    loss = HalfMultinomialLoss(n_classes=case.x.shape[-1])
    raw = np.ascontiguousarray(case.x)
    value, slope = loss.loss_gradient(y_true=ids.astype(raw.dtype), raw_prediction=raw)
    return value, slope if case.y_bar is None else slope * case.y_bar[:, None]


def _binomial(case: Case) -> tuple[Array, Array]:
    (targets,) = case.given
    flat = np.ascontiguousarray(case.x.ravel())
    wanted = targets.ravel().astype(flat.dtype)
    value, slope = HalfBinomialLoss().loss_gradient(y_true=wanted, raw_prediction=flat)
    return value, slope if case.y_bar is None else slope * case.y_bar.ravel()


OWN: dict[tuple[str, str], Any] = {
    ("cross_entropy", "value"): lambda case: _multinomial(case)[0],
    ("cross_entropy", "pullback"): lambda case: _multinomial(case)[1],
    ("binary_cross_entropy", "value"): lambda case: _binomial(case)[0],
    ("binary_cross_entropy", "pullback"): lambda case: _binomial(case)[1],
}
PEER = Peer(
    "scikit-learn",
    "scikit-learn",
    functions={"softmax": lambda x: softmax(x, copy=True)},
    modes={"value": lambda function, case: function(case.x)},
    own=OWN,
    policies={
        "cross_entropy: a class id out of range is refused": "a private function: the "
        "estimators encode the labels before it sees them",
    },
)
