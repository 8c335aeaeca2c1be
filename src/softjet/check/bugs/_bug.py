"""A bug: what people write, how it shows, why it is wrong, and the mended line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._form import Form, Raises
from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial


@dataclass(frozen=True)
class Sight:
    """How a bug that is no formula is seen: on all trials of a subject together.

    `first`: believed before any formula, because it says more.
    """

    seen: Callable[[Sequence[Trial]], bool]
    kinds: str
    pieces: str
    first: bool = False


@dataclass(frozen=True)
class Bug:
    """A mistake that people make, with the formulas that it is written as.

    Attributes
    ----------
    code : str
        "SJ001" to "SJ099", stable; SJ001 to SJ029 are the classics, in their order.
    name : str
        A noun phrase.
    line : str
        The wrong line, as it is usually written.
    looks_right_when, symptom, why, tell, mended : str
        Where it hides; what one sees; why it is wrong; the invariant that shows it;
        the mended line, in words.
    sources : tuple of str
        Public threads and files that have it.
    forms : tuple of Form
        What it is written as; the first is the usual one.
    sight : Sight or None
        For a bug that is no formula.
    """

    code: str
    name: str
    line: str
    looks_right_when: str
    symptom: str
    why: str
    tell: str
    mended: str
    sources: tuple[str, ...]
    forms: tuple[Form, ...] = ()
    sight: Sight | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        return self._words("kinds")

    @property
    def pieces(self) -> tuple[str, ...]:
        return self._words("pieces")

    def _words(self, field: str) -> tuple[str, ...]:
        places = [*self.forms, *([self.sight] if self.sight else [])]
        words = (word for place in places for word in getattr(place, field).split())
        return tuple(dict.fromkeys(words))

    def wrong(self, trial: Trial) -> Array | None:
        """What code with this bug gives on a trial, written the usual way.

        None where it says nothing about the trial, or its arrays do not fit together.
        """
        for form in self.forms:
            answer = form.answer(trial)
            if answer is not None:
                return None if isinstance(answer, Raises) else answer
        return None

    def shows(self, trials: Sequence[Trial]) -> bool:
        """Whether trials of a piece show a bug that is no formula."""
        return self.sight is not None and self.sight.seen(trials)
