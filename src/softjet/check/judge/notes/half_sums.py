"""float16 sums of long rows: 4096 equal logits stall them, or overflow them."""

from __future__ import annotations

import time

import numpy as np

from ..call import trial
from ..judged import Judged
from ..probes._draw import logits, probe
from ..trial import Trial

CODE = "SJ212"
K = 70000
LONG = 5e-3  # seconds for 2000 classes: a loop within a loop would take minutes for K


def text(judged: Judged) -> str | None:
    if judged.piece.kind.name != "softmax" or judged.piece.name != "value":
        return None
    if judged.plain_is_broken or judged.piece.layout not in ("rows", "columns"):
        return None
    if judged.piece.carrier.name == "lists":
        return None
    if _seconds(judged, 2000) > LONG:
        return None
    made = _trial(judged, K)
    if made is None or made.got is None:
        return None
    total = float(made.got.sum())
    if abs(total - 1.0) < 0.1:
        return None
    return f"float16 row of {K} classes: probabilities sum to {total:.3g}, not 1"


def _trial(judged: Judged, classes: int) -> Trial | None:
    x = logits("half", (1, classes), 0.01).astype(np.float16)
    return trial(judged.piece, probe(judged.piece.kind, "half sums", x))


def _seconds(judged: Judged, classes: int) -> float:
    start = time.perf_counter()
    _trial(judged, classes)
    return time.perf_counter() - start
