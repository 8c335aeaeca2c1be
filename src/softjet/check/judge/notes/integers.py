"""Integer logits are refused."""

from __future__ import annotations

from ..judged import Judged
from ..laws import family

CODE = "SJ209"


def text(judged: Judged) -> str | None:
    for made in judged.trials:
        if family(made) == "integers" and made.raised and not judged.plain_is_broken:
            return f"integer logits raise {made.raised}"
    return None
