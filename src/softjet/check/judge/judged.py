"""Every trial of a subject, and what is wrong with it, gathered by cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..bugs import Match, recognise
from .call import Piece, concerns, trial
from .laws import CONDUCT, PIECES, Law, family, is_plain, law_of
from .names import ONE_HOT, plain
from .probe import Probe
from .probes import probes_of
from .trial import Trial

PIECE_LAWS = {"composed": next(law for law in PIECES if law.name == "composition")}


@dataclass(frozen=True, eq=False)
class Judged:
    """A piece, its probes and its trials."""

    piece: Piece
    probes: tuple[Probe, ...]
    trials: tuple[Trial, ...]

    def probe_of(self, made: Trial) -> Probe:
        return next(
            p for p, t in zip(self.probes, self.trials, strict=True) if t is made
        )

    @property
    def plain_is_broken(self) -> bool:
        return any(t.wrong and is_plain(t) for t in self.trials)


@dataclass(frozen=True, eq=False)
class Cause:
    """Wrong trials of a piece with one cause: a known bug, or a broken law."""

    judged: Judged
    law: Law
    trials: tuple[Trial, ...]
    match: Match | None


def judge(piece: Piece) -> Judged:
    """All its trials; the first call is made twice, and must come out the same."""
    probes = [p for p in probes_of(piece.kind) if concerns(piece, p)]
    pairs = [(probe, trial(piece, probe)) for probe in probes]
    made = [(probe, one) for probe, one in pairs if one is not None]
    if made:
        made[0] = made[0][0], _again(piece, *made[0])
    return Judged(piece, tuple(p for p, _ in made), tuple(t for _, t in made))


def _again(piece: Piece, probe: Probe, first: Trial) -> Trial:
    second = trial(piece, probe)
    if second is None or first.got is None or second.got is None:
        return first
    if np.array_equal(first.got, second.got, equal_nan=True):
        return first
    return replace(first, facts=first.facts | {"not-repeatable"})


def causes(judged: Judged, everything: Sequence[Trial]) -> Iterator[Cause]:
    """What is wrong with a piece, one cause after the other."""
    # A dead row has no right answer, so it speaks neither for a bug nor against it.
    heard = [t for t in everything if family(t) != "dead rows"]
    others = [t for t in heard if t.piece != judged.piece.name]
    right = [t for t in heard if t.piece == judged.piece.name and not t.wrong]
    for law, wrong in _by_law(judged):
        yield from _of_law(judged, law, wrong, [*right, *others])
    if judged.piece.name == "composed" and not any(t.wrong for t in judged.trials):
        # Right together: a known bug only where the pieces are wrong apart.
        match = known(heard, "composed")
        if match is not None:
            yield Cause(judged, PIECE_LAWS["composed"], judged.trials[:1], match)
    found = [t for t in judged.trials if any(law.breaks(t) for law in CONDUCT)]
    for law in CONDUCT:
        broke = [t for t in found if law.breaks(t)]
        if broke:
            match = known(broke, judged.piece.name)
            yield Cause(judged, law, tuple(broke), _if_of_conduct(match))


def known(trials: Sequence[Trial], piece: str) -> Match | None:
    """`recognise`, quietly: infinities and NaN are answers here."""
    with np.errstate(all="ignore"):
        return recognise(trials, piece)


def _if_of_conduct(match: Match | None) -> Match | None:
    return match if match is not None and match.bug.sight is not None else None


def _by_law(judged: Judged) -> Iterator[tuple[Law, list[Trial]]]:
    """Wrong trials by the promise they break; a formula that is wrong is one cause."""
    broken = judged.plain_is_broken
    wrong = [t for t in judged.trials if t.wrong and not forgiven(judged.piece, t)]
    if broken:
        plain = [t for t in wrong if is_plain(t)]
        yield law_of(plain[0], True), wrong
        return
    groups: dict[str, tuple[Law, list[Trial]]] = {}
    for made in wrong:
        law = law_of(made, False)
        groups.setdefault(law.code, (law, []))[1].append(made)
    yield from groups.values()


def _of_law(
    judged: Judged, law: Law, wrong: Sequence[Trial], beside: Sequence[Trial]
) -> Iterator[Cause]:
    """The known bugs among them, then what is left, under the law's own name."""
    left = list(wrong)
    while left:
        match = known([*left, *beside], judged.piece.name)
        if match is None or match.bug.sight is not None:
            break
        told = {id(t) for t in match.trials}
        explained = [t for t in left if id(t) in told]
        if not explained:
            break
        yield Cause(judged, law, _plain_first(explained), match)
        # Where the formula is wrong, the stresses show the same once more.
        left = [t for t in left if id(t) not in told and is_plain(t)]
    if left:
        yield Cause(judged, law, _plain_first(left), match)


def _plain_first(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    return tuple(sorted(trials, key=lambda t: not is_plain(t)))


def forgiven(piece: Piece, made: Trial) -> bool:
    """What is a note and no fault: see `notes`."""
    if family(made) == "integers" and made.raised is not None:
        return True
    if made.kind != "cross_entropy" or made.got is None:
        return False
    if made.probe == "targets, probabilities":
        # Read as one-hot rows: a convention, where the other rows are right.
        return not np.isnan(made.got).any()
    # 0 times -inf: of one-hot rows a choice, of probabilities a mistake.
    named = plain(piece.callee.names.get("t", ""))
    return family(made) == "dead entries" and named in ONE_HOT
