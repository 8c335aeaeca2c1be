"""float16 sums of long rows: 4096 equal logits stall them, or overflow them."""

from __future__ import annotations

import sys
import tracemalloc
from types import FrameType
from typing import Any

from ..call import trial
from ..judged import Judged
from ..probes._draw import logits, probe
from ..trial import Trial

CODE = "SJ212"
K = 70000
# A loop over the classes may have another in it, be it a sum in C: minutes for K; and a
# matrix of K x K is 10 GB.  Both are told from small rows: by lines run a class, which
# whole arrays have none of, and by bytes held.
SHORT, LONGER, WIDE = 100, 200, 1000


def text(judged: Judged) -> str | None:
    if judged.piece.kind.name != "softmax" or judged.piece.name != "value":
        return None
    if judged.plain_is_broken or judged.piece.layout not in ("rows", "columns"):
        return None
    if judged.piece.carrier.name != "numpy":
        return None
    if not _is_of_whole_arrays(judged):
        return None
    made = _trial(judged, K)
    if made is None or made.got is None:
        return None
    total = float(made.got.sum())
    if abs(total - 1.0) < 0.1:
        return None
    return f"float16 row of {K} classes: probabilities sum to {total:.3g}, not 1"


def _trial(judged: Judged, classes: int) -> Trial | None:
    x = logits("half", (1, classes), 0.01).astype("float16")
    return trial(judged.piece, probe(judged.piece.kind, "half sums", x))


def _is_of_whole_arrays(judged: Judged) -> bool:
    more = _lines(judged, LONGER) - _lines(judged, SHORT)
    if 2 * more > LONGER - SHORT or tracemalloc.is_tracing():
        return False
    tracemalloc.start()
    try:
        _trial(judged, WIDE)
        return tracemalloc.get_traced_memory()[1] < WIDE * WIDE
    finally:
        tracemalloc.stop()


def _lines(judged: Judged, classes: int) -> int:
    """Lines of Python that run for a row of so many classes."""
    count = 0

    def watch(frame: FrameType, event: str, told: Any) -> Any:
        nonlocal count
        count += 1
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        _trial(judged, classes)
    finally:
        sys.settrace(before)
    return count
