"""What a law of the judge is: a promise, the trials that break it, and what to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..trial import Trial


@dataclass(frozen=True)
class Law:
    """A promise to the callers of a function.

    Attributes
    ----------
    code : str
        "SJ101" to "SJ199", stable: of a finding whose bug is not known.
    name, broken : str
        The promise, and the headline where it is broken.
    why, hint : str
        Why it matters, and where to look.
    speaks : function of trial to bool
        Whether a trial is about this promise.
    breaks : function of trial to bool
        Whether it breaks it.
    """

    code: str
    name: str
    broken: str
    why: str
    hint: str
    speaks: Callable[[Trial], bool]
    breaks: Callable[[Trial], bool] = lambda trial: trial.wrong


def family(trial: Trial) -> str:
    """The file of the probe that made a trial."""
    return trial.probe.split(",")[0]


def of_families(*names: str) -> Callable[[Trial], bool]:
    return lambda trial: family(trial) in names


def of_piece(name: str) -> Callable[[Trial], bool]:
    return lambda trial: trial.piece == name
