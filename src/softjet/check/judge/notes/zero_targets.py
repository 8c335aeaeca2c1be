"""One-hot targets times logarithms: NaN where a logit is -inf."""

from __future__ import annotations

from ..judged import Judged, forgiven
from ..laws import family

CODE = "SJ214"


def text(judged: Judged) -> str | None:
    for made in judged.trials:
        masked = family(made) == "dead entries" and made.wrong
        if masked and forgiven(judged.piece, made):
            return "a logit at -inf gives NaN: a target of 0 times -inf"
    return None
