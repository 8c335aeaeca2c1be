"""A row without a live entry: NaN, zeros, uniform; nobody agrees."""

from __future__ import annotations

import numpy as np

from ..judged import Judged
from ..laws import family

CODE = "SJ204"


def text(judged: Judged) -> str | None:
    for made in judged.trials:
        if family(made) != "dead rows":
            continue
        if made.got is None:
            return f"a row that is all -inf raises {made.raised or made.shape}"
        dead = made.got[~np.isfinite(made.x).any(-1)]
        if np.isnan(dead).any():
            return "a row that is all -inf gives NaN; softjet gives 0, logsumexp -inf"
    return None
