"""The judge's promises, one a file.  A wrong trial breaks the first that it speaks of:
no answer at all, then the stress it was made for, then the piece itself."""

from __future__ import annotations

from ..probes import PLAIN
from ..trial import Trial
from . import (
    answers,
    axes,
    composed,
    dead_entries,
    gradient,
    integers,
    jacobian,
    jvp,
    memory,
    narrow,
    one_row,
    options,
    range,
    repeats,
    second,
    shapes,
    ties,
    untouched,
    value,
    vjp,
)
from ._law import Law, family

FORMAL = (answers.law, shapes.law)
STRESSES = tuple(
    file.law
    for file in (
        range,
        dead_entries,
        narrow,
        integers,
        memory,
        ties,
        axes,
        options,
        one_row,
    )
)
PIECES = tuple(
    file.law for file in (value, vjp, jvp, jacobian, gradient, composed, second)
)
CONDUCT = (untouched.law, repeats.law)
LAWS = (*FORMAL, *STRESSES, *PIECES, *CONDUCT)


def is_plain(trial: Trial) -> bool:
    """Whether any implementation of the formula serves its probe."""
    return family(trial) in PLAIN and family(trial) != "one row"


def law_of(trial: Trial, plain_is_broken: bool) -> Law:
    """The promise that a wrong trial breaks.

    Where plain rows are wrong already, the stresses say nothing of their own.
    """
    if plain_is_broken or is_plain(trial):
        order = (*FORMAL, *PIECES)
    else:
        order = (*STRESSES, *FORMAL, *PIECES)
    return next(law for law in order if law.speaks(trial) and law.breaks(trial))


def judged(trials: list[Trial]) -> tuple[str, ...]:
    """Names of the promises that these trials were about."""
    return tuple(law.name for law in LAWS if any(law.speaks(trial) for trial in trials))


__all__ = ["CONDUCT", "LAWS", "Law", "family", "is_plain", "judged", "law_of"]
