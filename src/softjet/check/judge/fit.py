"""Which of its readings a piece is called by: the one under which it is right, if any.

Names come first (`conventions`); what they leave open, calls on plain probes decide.
A function that is wrong is wrong under every reading that is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .call import Piece, trial
from .kinds import Kind
from .names import ONE_HOT, plain
from .probe import Probe
from .probes import probes_of
from .trial import Trial

BASIS = ("uneven", "uneven, more classes than rows", "square", "square, causal")
RIGHT, SHAPE, ANSWERED, RAISED = 3, 2, 1, 0


def basis(kind: Kind) -> tuple[Probe, ...]:
    """The plain probes that readings are tried on: N > K, N < K, and N = K."""
    return tuple(probe for probe in probes_of(kind) if probe.name in BASIS)


def grade(piece: Piece, probes: Sequence[Probe]) -> int:
    """The worst of its trials: right, of the right shape, answered, or raised."""
    return min((_grade(made) for made in trials(piece, probes)), default=RAISED)


def trials(piece: Piece, probes: Sequence[Probe]) -> list[Trial]:
    made = (trial(piece, probe) for probe in probes)
    return [one for one in made if one is not None]


def _grade(made: Trial) -> int:
    if not made.wrong:
        return RIGHT
    if made.raised is not None:
        return RAISED
    return SHAPE if made.got is not None else ANSWERED


def fitted(pieces: Sequence[Piece], kind: Kind) -> tuple[Piece, int]:
    """The piece that fits best, in every form of targets and numbers, and its grade."""
    best, reached = pieces[0], -1
    for piece in pieces:
        for form in forms(piece):
            got = grade(form, basis(kind))
            if got == RIGHT:
                return form, RIGHT
            if got > reached:
                best, reached = form, got
    return best, reached


def forms(piece: Piece) -> Iterator[Piece]:
    """A piece with its targets, its numbers of rows and its gradient in every form."""
    columns = (False, True) if _numbers_of_rows(piece) else (False,)
    gradients = (None, "probs") if _may_be_to_probabilities(piece) else (None,)
    for to in gradients:
        fixed = {**piece.fixed, "to": to} if to else piece.fixed
        for targets in _targets(piece):
            for column in columns:
                yield replace(piece, targets=targets, column=column, fixed=fixed)


def _numbers_of_rows(piece: Piece) -> bool:
    return piece.kind.maps == "numbers" and "g" in piece.callee.roles


def _may_be_to_probabilities(piece: Piece) -> bool:
    return piece.name == "gradient" and "p" in piece.callee.roles


def _targets(piece: Piece) -> tuple[str, ...]:
    """Forms of targets, ids first, unless its name says one-hot."""
    if "t" not in piece.callee.roles or piece.kind.by_entries:
        return ("ids",)
    if plain(piece.callee.names["t"]) in ONE_HOT:
        return "one-hot", "one-hot integers"
    return "ids", "one-hot", "one-hot integers"
