"""A backward pass that builds K x K numbers a row."""

from __future__ import annotations

import tracemalloc

from ..call import trial
from ..judged import Judged
from ..probes._draw import logits, probe

CODE = "SJ213"
N, K = 2, 384


def text(judged: Judged) -> str | None:
    piece = judged.piece
    if piece.kind.maps != "rows" or piece.name not in ("vjp", "jvp") or piece.derived:
        return None
    if piece.layout not in ("rows", "columns"):
        return None
    if judged.plain_is_broken or piece.carrier.name != "numpy":
        return None
    wide = probe(piece.kind, "large", logits("large", (N, K)))
    if tracemalloc.is_tracing():
        return None
    tracemalloc.start()
    try:
        trial(piece, wide)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak < 8 * K * K:
        return None
    return f"it builds K x K numbers: {peak / 1e6:.1f} MB for ({N}, {K})"
