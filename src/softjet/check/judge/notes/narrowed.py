"""float64 in, float32 out: judged by the precision that came back."""

from __future__ import annotations

from ..judged import Judged

CODE = "SJ206"


def text(judged: Judged) -> str | None:
    narrow = [
        t
        for t in judged.trials
        if "dtype-narrowed" in t.facts and not t.probe.startswith("integers")
    ]
    if not narrow:
        return None
    return f"{narrow[0].dtype} in, a narrower dtype out; judged by its precision"
