"""Values: small ones keep their digits, large ones do not overflow."""

from __future__ import annotations

import numpy as np

from benchmarks.conformance._case import Case, bumps
from benchmarks.conformance.laws._judges import exact, stated
from softjet.check.oracle import value

FIRST = np.array([0])
WIDE = np.array([[1000.0, 999.5, -1000.0], [-1000.25, -1001.0, -1002.0]])


def _row(*logits: float, dtype: str = "float64") -> np.ndarray:
    return np.array([logits], dtype)


def _confident(margin: float, dtype: str = "float64") -> Case:
    return Case(_row(margin, 0.0, dtype=dtype), (FIRST,))


def _binary(logit: float, dtype: str = "float32") -> Case:
    return Case(_row(logit, dtype=dtype), (_row(0.0, dtype=dtype),))


CLOSE = bumps((2, 6), 2.0, 0.3)
PLAIN = Case(bumps((2, 4), 2.0, 0.1))
APART = bumps((2, 6), 1e-6, 0.7)
PAIR = Case(CLOSE, (CLOSE + APART,))
DIVERGENCE = [
    float(value("kl_divergence", both))
    for both in zip(PAIR.x, CLOSE + APART, strict=True)
]
# The textbook adds p (log p - log q), whose size is u times log p before it cancels.
CANCELS = 4 * 2.0**-53 * (6 + 4 + 2)
LAWS = (
    exact("wide rows, float64", "softmax", "value", Case(bumps((2, 64), 325.0, 0.1))),
    exact(
        "wide rows, float32",
        "softmax",
        "value",
        Case(bumps((2, 64), 40.0, 0.1).astype(np.float32)),
    ),
    exact("wide rows", "softmax of sequences", "value", Case(WIDE / 10), of="softmax"),
    exact("float64 has its digits", "softmax", "value", PLAIN, wide=True),
    exact("large logits", "softmax", "value", Case(WIDE)),
    exact("large logits", "log_softmax", "value", Case(WIDE)),
    exact("large logits", "logsumexp", "value", Case(WIDE)),
    exact("next to 0, float64", "log_softmax", "value", Case(_row(0.0, -40.0))),
    exact(
        "next to 0, float32",
        "log_softmax",
        "value",
        Case(_row(0.0, -17.0, dtype="float32")),
    ),
    exact("next to 0", "logsumexp", "value", Case(_row(0.0, -40.0))),
    exact("margin 10", "cross_entropy", "value", _confident(10.0)),
    exact("margin 40", "cross_entropy", "value", _confident(40.0)),
    exact("margin 20, float32", "cross_entropy", "value", _confident(20.0, "float32")),
    exact("logit -10, float32", "binary_cross_entropy", "value", _binary(-10.0)),
    exact("logit -17, float32", "binary_cross_entropy", "value", _binary(-17.0)),
    exact("logit -36", "binary_cross_entropy", "value", _binary(-36.0, "float64")),
    exact("just above 20", "softplus", "value", Case(_row(20.1))),
    exact("far below 0", "softplus", "value", Case(_row(-40.0))),
    exact("far below 0", "sigmoid", "value", Case(_row(-700.0))),
    exact("far above 0", "log_sigmoid", "value", Case(_row(40.0))),
    stated(
        "logits 1e-6 apart",
        "kl_divergence",
        "value",
        PAIR,
        DIVERGENCE,
        within=1e-10,
        textbook=CANCELS,
    ),
    exact("uneven rows", "entropy", "value", Case(bumps((3, 5), 30.0, 0.2))),
)
