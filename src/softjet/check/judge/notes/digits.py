"""Within the textbook's bound, and without a digit right: next to 0, on confident rows.

The textbook algorithm loses log_softmax([0, -40])[0] = -4e-18 to 0, and so does its
bound, which is absolute there.  `softjet` keeps them.
"""

from __future__ import annotations

import numpy as np

from ..call import trial
from ..judged import Judged
from ..probes._draw import logits, probe

CODE = "SJ208"
KINDS = (
    "log_softmax",
    "cross_entropy",
    "log_sigmoid",
    "softplus",
    "binary_cross_entropy",
)


def text(judged: Judged) -> str | None:
    kind = judged.piece.kind
    if kind.name not in KINDS or judged.piece.name not in ("value", "gradient"):
        return None
    x = np.array([[40.0, 0.0, 1.0], [-1.0, 2.0, 41.0]]) + 0 * logits("digits", (2, 3))
    confident = probe(kind, "digits", -x if kind.name == "softplus" else x)
    confident.targets[...] = (x > 30) if kind.by_entries else np.argmax(x, -1)
    made = trial(judged.piece, confident)
    if made is None or made.got is None or made.wrong:
        return None
    with np.errstate(all="ignore"):
        off = abs(made.got - made.want) / abs(made.want)
    lost = (off > 1e-3) & (made.want != 0)
    if not lost.any():
        return None
    at = tuple(np.argwhere(np.atleast_1d(lost))[0])
    got, want = np.atleast_1d(made.got)[at], np.atleast_1d(made.want)[at]
    return f"no digit left on a confident row: {got:.3g}, exact {want:.3g}"
