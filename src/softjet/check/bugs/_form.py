"""A form: one way of writing a bug, and what it gives on a trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ._parts import Array, Parts

if TYPE_CHECKING:
    from ..judge.trial import Trial

DERIVATIVES = ("vjp", "jvp", "jacobian", "gradient", "composed")
# Entries of a batch whose square is still worth writing down: formulas of shapes that
# do not fit may broadcast to it.  Those of the range go row by row, and may be longer.
MOST = 2000
# Kinds whose parts are written in z = x / T; losses divide by T themselves.
TEMPERED = ("softmax", "log_softmax", "logsumexp")


class Raises:
    """The answer of a form whose arrays do not fit together."""


RAISES = Raises()
# Arrays that do not broadcast, ids beyond the classes, None for an array.
_MISFITS = (ValueError, IndexError, TypeError, AttributeError)


@dataclass(frozen=True)
class Form:
    """A wrong formula and where it occurs.

    Attributes
    ----------
    of : callable
        Parts to the answer, or to None where it says nothing.
    kinds, pieces : str
        Names with spaces between.
    ranged : bool
        Wrong at the ends of the range only, so judged there; others are judged where
        the arithmetic is harmless.
    beside : bool
        A mistake beside the formula (a factor, a dtype), which every formula can have:
        it is believed only where no formula fits.
    of_want : bool
        Written in terms of the right answer, temperature and all.
    """

    of: Callable[[Any], Array | None]
    kinds: str
    pieces: str
    ranged: bool = False
    beside: bool = False
    of_want: bool = False

    def concerns(self, trial: Trial) -> bool:
        return trial.kind in self.kinds.split() and trial.piece in self.pieces.split()

    def answer(self, trial: Trial) -> Array | Raises | None:
        """What code with this mistake gives: an array, an exception, or no opinion."""
        if not self.concerns(trial) or (trial.x.size > MOST and not self.ranged):
            return None
        with np.errstate(all="ignore"):
            try:
                return self._answer(parts_of(trial))
            except _MISFITS:
                return RAISES

    def _answer(self, parts: Parts) -> Array | None:
        if self.of_want:
            return self.of(parts)
        by_unit_seeds = parts.piece == "jacobian" and "vjp" in self.pieces.split()
        found = _stacked(self.of, parts) if by_unit_seeds else self.of(parts)
        if found is None or parts.piece not in DERIVATIVES:
            return found
        return found / parts.T if parts.kind in TEMPERED else found


def _stacked(of: Callable[[Any], Array | None], parts: Parts) -> Array | None:
    """The matrix of a pullback, row i from the i-th unit cotangent."""
    units = np.eye(parts.K)
    if parts.kind == "logsumexp":
        return of(parts.seeded(np.ones(parts.N)))
    if parts.kind not in ("softmax", "log_softmax"):
        return of(parts.seeded(np.ones_like(parts.x)))
    rows = [of(parts.seeded(np.broadcast_to(unit, parts.x.shape))) for unit in units]
    if any(row is None for row in rows):
        return None
    return np.stack([np.asarray(row) for row in rows], axis=1)


@lru_cache(maxsize=512)
def parts_of(trial: Trial) -> Parts:
    """Parts, with targets where the kind has them; made once for hundreds of forms."""
    from ._attention_parts import AttentionParts
    from ._loss_parts import LossParts

    if trial.kind == "attention":
        return AttentionParts(trial)
    return LossParts(trial) if trial.targets is not None else Parts(trial)
