"""The constants that a right formula, or a wrong one, is often off by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..judge.trial import Trial


class Factor(NamedTuple):
    """A constant by its name in the field; the one without a name is 1."""

    name: str
    of: Callable[[Trial], float]


def rows(trial: Trial) -> float:
    return float(trial.x.shape[0])


def classes(trial: Trial) -> float:
    return float(trial.x.shape[-1])


def temperature(trial: Trial) -> float:
    return float(trial.options.get("temperature") or 1.0)


FACTORS: tuple[Factor, ...] = (
    Factor("", lambda trial: 1.0),
    Factor("-1", lambda trial: -1.0),
    Factor("1/N", lambda trial: 1 / rows(trial)),
    Factor("N", rows),
    Factor("-1/N", lambda trial: -1 / rows(trial)),
    Factor("-N", lambda trial: -rows(trial)),
    Factor("1/K", lambda trial: 1 / classes(trial)),
    Factor("K", classes),
    Factor("1/(N K)", lambda trial: 1 / (rows(trial) * classes(trial))),
    Factor("N K", lambda trial: rows(trial) * classes(trial)),
    Factor("T", temperature),
    Factor("1/T", lambda trial: 1 / temperature(trial)),
    Factor("2", lambda trial: 2.0),
    Factor("1/2", lambda trial: 0.5),
)
