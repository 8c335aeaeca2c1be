"""Which bug is it?  The formula that explains what is wrong and denies nothing right.

Every form of every bug is run on every trial of a piece.  It fits if it explains all
wrong trials that it speaks of and differs from no right one; among those that fit the
one that explains most is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug
from ._close import alike, calm, room
from ._factors import FACTORS, Factor
from ._form import Form, Raises
from ._parts import Array

if TYPE_CHECKING:
    from ..judge.trial import Trial

# NumPy, torch and JAX, in whatever words: "operands could not be broadcast together",
# "shapes (2,3) and (4,) not aligned", "mat1 and mat2", "index 3 is out of bounds".
SHAPES = (
    *("shape", "broadcast", "aligned", "dimension", "mismatch", "size", "axis"),
    *("mat1", "einsum", "matmul", "dot_general", "out of bounds", "too many indices"),
)


@dataclass(frozen=True)
class Match:
    """A bug that explains trials.

    Attributes
    ----------
    bug : Bug
    ratio : float or None
        got / right, or got / the bug's own formula, where that is one constant factor.
    explained, of : int
        Wrong trials of the piece that it explains, and all of them.
    factor : str
        The constant in the field's names, such as "1/N".
    trials : tuple of Trial
        Those explained.
    """

    bug: Bug
    ratio: float | None
    explained: int
    of: int
    factor: str = ""
    trials: tuple[Trial, ...] = field(default=(), repr=False)


def best(bugs: Sequence[Bug], trials: Sequence[Trial], piece: str) -> Match | None:
    """The bug that explains most of a piece, or None."""
    # Infinities and NaN are answers here, and what may be anything is allowed infinity.
    with np.errstate(all="ignore"):
        return _best(bugs, trials, piece)


def _best(bugs: Sequence[Bug], trials: Sequence[Trial], piece: str) -> Match | None:
    own = [trial for trial in trials if trial.piece == piece]
    found = _of_sights([b for b in bugs if b.sight and b.sight.first], trials, own)
    if found is not None:
        return found
    if any(trial.wrong for trial in own):
        search = Search(bugs, own)
        for loose in (False, True):
            found = search.best(loose)
            if found is not None:
                return found
    return _of_sights(bugs, trials, own)


class Search:
    """The forms that speak of a piece, and what they answered so far."""

    def __init__(self, bugs: Sequence[Bug], own: list[Trial]) -> None:
        self.own = own
        first = own[0]
        self.forms = [(b, f) for b in bugs for f in b.forms if f.concerns(first)]
        # What denies most comes first: hundreds of forms fall at the first trial.
        self.ordered = sorted(own, key=_rank)
        self.answers: dict[tuple[int, int], Array | Raises | None] = {}

    def best(self, loose: bool) -> Match | None:
        """Formulas as they are, then mistakes beside any formula, then factors."""
        plain, others = FACTORS[:1], FACTORS[1:]
        for beside, factors in ((False, plain), (True, plain), (False, others)):
            matches = list(self._matches(loose, beside, factors))
            if matches:
                return max(matches, key=lambda match: match.explained)
        return None

    def _matches(
        self, loose: bool, beside: bool, factors: Sequence[Factor]
    ) -> Iterator[Match]:
        for bug, form in self.forms:
            alone = form.ranged or form.of_want
            if form.beside != beside or (alone and len(factors) > 1):
                continue
            for factor in factors:
                explained = self._explained(form, factor, loose)
                if explained:
                    yield _match(bug, form, factor, self.own, explained)

    def _answer(self, form: Form, trial: Trial) -> Array | Raises | None:
        key = id(form), id(trial)
        if key not in self.answers:
            self.answers[key] = form.answer(trial)
        return self.answers[key]

    def _explained(self, form: Form, factor: Factor, loose: bool) -> list[Trial]:
        """The wrong trials that a form explains; empty where it does not fit."""
        explained: list[Trial] = []
        told = False
        for trial in self.ordered:
            bare = self._answer(form, trial)
            if bare is None:
                continue
            answer = _scaled(bare, factor, trial)
            said = _says(trial, answer, loose)
            if said == "explains":
                explained.append(trial)
                # With a factor the formula itself must be wrong: else it is a right
                # one times a constant, which is a bug of its own.
                told |= _differs(trial, answer, loose) and _differs(trial, bare, loose)
            elif said == "denies" and (form.ranged or calm(trial)):
                return []
        judged = [t for t in self.own if t.wrong and (form.ranged or calm(t))]
        enough = 2 * sum(t in judged for t in explained) >= len(judged)
        return explained if told and enough else []


def _rank(trial: Trial) -> tuple[bool, bool, int]:
    """Wrong ones of harmless arithmetic first, long ones last."""
    return not (trial.wrong and calm(trial)), not trial.wrong, trial.x.size


def _match(
    bug: Bug, form: Form, factor: Factor, own: list[Trial], explained: list[Trial]
) -> Match:
    wrong = [trial for trial in own if trial.wrong]
    ratio = factor.of(explained[0]) if factor.name else None
    if form.beside:
        ratio = _constant(explained[0])
    return Match(bug, ratio, len(explained), len(wrong), factor.name, tuple(explained))


def _constant(trial: Trial) -> float | None:
    """got / want where it is one number."""
    if trial.got is None:
        return None
    told = trial.informative
    with np.errstate(all="ignore"):
        ratios = (trial.got / trial.want)[told]
    if not ratios.size or not np.allclose(ratios, ratios.flat[0], rtol=1e-6, atol=0):
        return None
    return float(ratios.flat[0])


def _scaled(answer: Array | Raises, factor: Factor, trial: Trial) -> Array | Raises:
    if isinstance(answer, Raises) or not factor.name:
        return answer
    return answer * factor.of(trial)


def _says(trial: Trial, answer: Array | Raises, loose: bool) -> str:
    """What a form's answer says to a trial: "explains", "denies" or "" (nothing)."""
    misfit = isinstance(answer, Raises) or np.shape(answer) != np.shape(trial.want)
    if misfit:
        if not trial.wrong:
            return "denies"
        return "explains" if _fell_apart(trial, answer) else "denies"
    if not trial.wrong:
        return "denies" if _differs(trial, answer, loose) else ""
    if trial.got is None:
        return "denies"
    near = alike(trial.got, answer, room(trial, answer, loose))
    return "explains" if near else "denies"


def _fell_apart(trial: Trial, answer: Array | Raises) -> bool:
    """Whether no answer came, or one of another shape, as the form has it."""
    if trial.raised is not None:
        # One row alone has no batch that could not fit: only the form's own exception.
        batch = len(trial.x) > 1 or isinstance(answer, Raises)
        return batch and _about_shapes(trial.raised)
    if isinstance(answer, Raises) or trial.shape is None:
        return False
    return int(np.prod(trial.shape)) == np.size(answer)


def _about_shapes(raised: str) -> bool:
    """Whether an exception is what arrays that do not fit together raise."""
    return any(word in raised.lower() for word in SHAPES)


def _differs(trial: Trial, answer: Array | Raises, loose: bool) -> bool:
    """Whether an answer is clearly not the right one."""
    if isinstance(answer, Raises) or np.shape(answer) != np.shape(trial.want):
        return True
    within = 4 * (room(trial, answer, loose) + trial.allowed)
    return not alike(trial.want, answer, within)


def _of_sights(
    bugs: Sequence[Bug], trials: Sequence[Trial], own: list[Trial]
) -> Match | None:
    if not own:
        return None
    kind, piece = own[0].kind, own[0].piece
    wrong = [trial for trial in own if trial.wrong]
    for bug in bugs:
        sight = bug.sight
        if sight is None or kind not in sight.kinds.split():
            continue
        if piece in sight.pieces.split() and sight.seen(trials):
            return Match(bug, None, len(wrong), len(wrong), "", tuple(wrong))
    return None
