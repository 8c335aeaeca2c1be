"""Half precision on long rows: 100 000 equal logits, whose answers are known."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.conformance._case import Case
from benchmarks.conformance.laws._judges import stated

LONG = 100_000
EQUAL = Case(np.zeros((1, LONG), np.float16))
SHORT = Case(np.zeros((1, 4096), np.float16))
# One rounding of the answer to float16, whose spacing at 1e-5 is 6e-8.
LAWS = (
    stated("100 000 equal logits, float16", "softmax", "value", EQUAL, 1 / LONG, 0.01),
    stated(
        "100 000 equal logits, float16",
        "log_softmax",
        "value",
        EQUAL,
        -math.log(LONG),
        1e-3,
    ),
    stated(
        "100 000 equal logits, float16",
        "logsumexp",
        "value",
        EQUAL,
        math.log(LONG),
        1e-3,
    ),
    stated("4096 equal logits, float16", "softmax", "value", SHORT, 1 / 4096, 1e-3),
)
