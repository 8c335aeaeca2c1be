"""A probe of entries, and the same with every logit's sign turned."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from softjet.rules import Rule

from ._probe import Answers, Probe
from ._promise import allowed


def mirrored(function: Any, probe: Probe) -> tuple[Answers, Answers, Answers]:
    """Answers at x and at -x, and what both together may err."""
    other = _turned(probe)
    here, there = probe.answers(function), other.answers(function)
    near, far = allowed(probe, here), allowed(other, there)
    both = {
        mode: tuple(a + b for a, b in zip(near[mode], far[mode], strict=True))
        for mode in here
    }
    return here, there, both


@lru_cache(maxsize=256)
def _turned(probe: Probe) -> Probe:
    return replace(probe, primals=tuple(-x for x in probe.primals))


def one_entry(rule: Rule) -> bool:
    return rule.maps == "entries" and not rule.given
