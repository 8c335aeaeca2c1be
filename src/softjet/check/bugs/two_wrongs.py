"""Two wrong pieces whose product is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ._bug import Bug, Sight

if TYPE_CHECKING:
    from ..judge.trial import Trial


def cancel(trials: Sequence[Trial]) -> bool:
    """Together right on every trial, and each piece wrong by itself.

    Said of the gradient; what is wrong with the pullback has a name of its own.
    """
    by_piece: dict[str, list[Trial]] = {}
    for trial in trials:
        by_piece.setdefault(trial.piece, []).append(trial)
    together = by_piece.get("composed", [])
    pieces = [by_piece.get(piece, []) for piece in ("gradient", "vjp")]
    apart = all(any(trial.wrong for trial in piece) for piece in pieces)
    return bool(together) and apart and not any(trial.wrong for trial in together)


BUG = Bug(
    code="SJ013",
    name="two wrongs that cancel",
    line="dy = -t / y + (1 - t) / (1 - y); dx = y * (1 - y) * dy",
    looks_right_when="loss and activation are only ever used together",
    symptom="Training works. The loss that is printed is not the one that is "
    "minimised, "
    "and either piece is wrong with any other partner.",
    why="The gradient of a binary cross-entropy times the derivative of a sigmoid is "
    "y - t, which is also the right gradient of softmax and cross-entropy. So both "
    "pieces are wrong, and their product is right.",
    tell="Each piece against its own answer, with random cotangents; the chain is "
    "right.",
    mended="Mend both: dy = -t / y, and dx = y * (dy - sum(y * dy)).",
    sources=(
        "github.com/eriklindernoren/ML-From-Scratch, activation_functions.py and "
        "loss_functions.py",
    ),
    sight=Sight(cancel, "softmax cross_entropy sigmoid", "gradient", first=True),
)
