"""What gives a wrong derivative away, where no known bug explains it.

The invariants of y * (g - <y, g>): its rows sum to 0, a constant cotangent gives 0,
<g, x_bar> is a variance and not negative, and a row depends on itself alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .trial import Trial


def tells(trials: Sequence[Trial]) -> str:
    """Sentences about what came back on the plain trials of a piece."""
    wrong = [trial for trial in trials if trial.wrong and trial.got is not None]
    if not wrong:
        return ""
    return " ".join(dict.fromkeys(_of(wrong[0])))


def _of(trial: Trial) -> Iterator[str]:
    got = trial.got
    if got is None or np.ndim(got) != 2 or not np.isfinite(got).all():
        if got is not None and np.isnan(got).any():
            yield "There is NaN in it."
        return
    off = trial.misses.any(-1)
    if not off.all():
        yield f"Rows {_listed(np.flatnonzero(off))} are wrong, the others right."
    if trial.kind == "softmax":
        yield from _of_softmax(trial, got)


def _of_softmax(trial: Trial, got: np.ndarray) -> Iterator[str]:
    sums = got.sum(-1)
    if trial.piece == "value":
        if not np.allclose(sums, 1.0, rtol=1e-3):
            yield f"Its rows do not sum to 1: {_numbers(sums)}."
        return
    if abs(sums).max() > 1e-3 * abs(got).max():
        yield f"Its rows do not sum to 0: {_numbers(sums)}."
    if trial.piece != "vjp" or trial.seed is None:
        return
    if ((got * trial.seed).sum(-1) < -trial.allowed.sum(-1)).any():
        yield "<y_bar, x_bar> is negative, and it is a variance."


def _ratio(got: np.ndarray, want: np.ndarray) -> float | None:
    with np.errstate(all="ignore"):
        ratios = (got / want)[want != 0]
    if not ratios.size or not np.allclose(ratios, ratios[0], rtol=1e-6, atol=0):
        return None
    return float(ratios[0])


def ratio(trial: Trial) -> float | None:
    """got / want, where it is one number on every entry that can tell."""
    if trial.got is None or not trial.wrong:
        return None
    told = trial.informative & np.isfinite(trial.got)
    return _ratio(trial.got[told], trial.want[told])


def _listed(rows: np.ndarray) -> str:
    return ", ".join(str(int(row)) for row in rows[:5])


def _numbers(sums: np.ndarray) -> str:
    return ", ".join(f"{number:.3g}" for number in sums[:4])
