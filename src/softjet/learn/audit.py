"""An audit of the gradient: some rows of the job at hand, against 60 digits.

The textbook computes the gradient of cross-entropy as softmax(z) - onehot in floating
point.  For a row that the model is sure of, the entry at the label is 1 - tiny - 1, and
what is left of tiny is noise: the rows from which one learns nothing look alike there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import softjet as sj
from softjet.learn.objective import Array

ROWS = 5


def audit(logits: Array, targets: np.ndarray) -> dict[str, Any]:
    """Largest error in ulps of our gradient and of the textbook's, row by row.

    The rows are spread evenly over the margins (label logit minus the best other), from
    the most wrong to the surest.  One ulp is the spacing of float64 at the exact value.
    """
    from softjet.check import oracle

    margins = _margins(logits, targets)
    order = np.argsort(margins, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(ROWS, len(order))).astype(int)]
    z, t = logits[chosen], targets[chosen]
    _, ours = sj.cross_entropy.value_and_grad(z, t, reduction="none")
    theirs = textbook_gradient(z, t)
    rows = []
    for i, row in enumerate(chosen):
        onehot = np.eye(logits.shape[1])[t[i]]
        exact = oracle.pullback("cross_entropy", z[i], 1.0, onehot)
        rows.append(
            {
                "test_row": int(row) + 1,
                "margin": float(margins[row]),
                "softjet_ulps": _worst(oracle.ulps, ours[i], exact),
                "textbook_ulps": _worst(oracle.ulps, theirs[i], exact),
            }
        )
    return {
        "digits": 60,
        "softjet_ulps": max(row["softjet_ulps"] for row in rows),
        "textbook_ulps": max(row["textbook_ulps"] for row in rows),
        "rows": rows,
    }


def textbook_gradient(logits: Array, targets: np.ndarray) -> Array:
    """softmax(z) - onehot as it is usually written; here to be judged, not used."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = e / e.sum(axis=1, keepdims=True)
    gradient[np.arange(len(targets)), targets] -= 1.0
    return gradient


def _margins(logits: Array, targets: np.ndarray) -> Array:
    rows = np.arange(len(targets))
    others = logits.copy()
    others[rows, targets] = -np.inf
    return logits[rows, targets] - others.max(axis=1)


def _worst(ulps: Callable[..., float], got: Array, exact: list[Any]) -> float:
    pairs = zip(got, exact, strict=True)
    return max(float(ulps(float(g), e, np.float64)) for g, e in pairs)
