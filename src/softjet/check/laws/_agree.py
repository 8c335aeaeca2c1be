"""The comparison that most laws end in: two sets of answers, one tolerance.

A law moves a probe (a shift, a permutation) and knows how the answers must move with
it: `carry`.  What was computed at the moved probe is compared with the carried answers
of the first; each side may err by its own promise, and a promise is carried as its
answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from softjet.rules import MODES

from ._law import Comparison
from ._probe import Answers, Probe
from ._promise import allowed

Carry = Callable[[str, Any], Any]


def wide(answer: Any) -> np.ndarray:
    """In float64, so that carrying an answer rounds no more than it must."""
    return np.asarray(answer).astype(np.float64)


def unchanged(mode: str, answer: Any) -> Any:
    return answer


def agree(
    function: Any,
    moved: Probe,
    probe: Probe,
    carry: Carry = unchanged,
    *,
    weigh: Carry | None = None,
    modes: tuple[str, ...] = MODES,
) -> Iterator[Comparison]:
    """Every mode at `moved` equals what `carry` makes of it at `probe`.

    `weigh` carries the errors where that differs: an answer that is moved by a
    constant has the error it had before.
    """
    got, want = moved.answers(function, modes), probe.answers(function, modes)
    near, far = allowed(moved, got), allowed(probe, want)
    for mode in modes:
        yield from _parts(mode, got, want, near, far, carry, weigh or carry)


def _parts(
    mode: str,
    got: Answers,
    want: Answers,
    near: Answers,
    far: Answers,
    carry: Carry,
    weigh: Carry,
) -> Iterator[Comparison]:
    parts = zip(got[mode], want[mode], near[mode], far[mode], strict=True)
    for one, other, slack_one, slack_other in parts:
        slack = slack_one + abs(weigh(mode, slack_other))
        yield Comparison(mode, wide(one), carry(mode, wide(other)), slack)


def identical(
    function: Any,
    moved: Probe,
    probe: Probe,
    carry: Carry = unchanged,
    modes: tuple[str, ...] = MODES,
) -> Iterator[Comparison]:
    """The same, to the last bit."""
    got, want = moved.answers(function, modes), probe.answers(function, modes)
    for mode in modes:
        for one, other in zip(got[mode], want[mode], strict=True):
            yield Comparison(mode, one, carry(mode, other))
