"""float32 in, float64 out."""

from __future__ import annotations

from ..judged import Judged

CODE = "SJ205"


def text(judged: Judged) -> str | None:
    wide = [t for t in judged.trials if "dtype-widened" in t.facts]
    if not wide:
        return None
    return f"{wide[0].dtype} in, a wider dtype out"
