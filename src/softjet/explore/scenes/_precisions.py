"""One probability in four precisions: ours, the textbook's, and the exact value."""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from softjet.check import oracle

# NumPy knows the name bfloat16 once ml_dtypes is loaded, as softjet has.
DTYPES = {
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype("bfloat16"),
    "float32": np.dtype(np.float32),
    "float64": np.dtype(np.float64),
}


def textbook(x: np.ndarray, T: float, precision: str, max_trick: bool) -> Any:
    """e^x / sum e^x as books write it, in one precision, on logits rounded to it.

    Overflow gives inf, and inf / inf is NaN: that is what is to be seen.
    """
    dtype = DTYPES[precision]
    with np.errstate(all="ignore"):
        z = (x / T).astype(dtype)
        if max_trick:
            z = z - z.max()
        e = np.exp(z)
        total = e.sum(dtype=dtype)
        return {
            "weight": e.astype(float),
            "total": float(total),
            "y": (e / total).astype(float),
        }


def digits(x: np.ndarray, T: float, selected: int) -> list[dict[str, Any]]:
    """A row per precision; errors in units in the last place of that precision."""
    return [_row(name, x, T, selected) for name in DTYPES]


def _row(name: str, x: np.ndarray, T: float, k: int) -> dict[str, Any]:
    dtype = DTYPES[name]
    with np.errstate(over="ignore"):
        rounded = (x / T).astype(dtype)
    row: dict[str, Any] = {"precision": name}
    if not np.isfinite(rounded.astype(float)).all():
        # The logits themselves do not fit: nothing exact is left to compare with.
        return {**row, "exact": "", "ours": None, "safe": None, "plain": None}
    exact = oracle.value("softmax", rounded.astype(float).tolist(), digits=30)[k]
    answers = {
        "ours": sj.softmax(rounded)[k],
        "safe": textbook(rounded.astype(float), 1.0, name, True)["y"][k],
        "plain": textbook(rounded.astype(float), 1.0, name, False)["y"][k],
    }
    row["exact"] = exact.context.nstr(exact, 20)
    for way, found in answers.items():
        row[way] = {"y": float(found), "ulps": oracle.ulps(found, exact, dtype)}
    return row
