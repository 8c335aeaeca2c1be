"""What a law is: one idea, and the comparisons that would show it broken.

A law says which numbers must agree and how closely; it draws no conclusion.  The
drawing is here, once: `broken` turns a comparison that fails into a finding, and a
NaN where a number was wanted fails every comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from softjet.rules import Rule

from ._probe import Probe

Array = Any


class Comparison(NamedTuple):
    """`got` within `allowed` of `want`, entry by entry; or, `at_least`, not below it.

    `miss` is the difference where it is known better than got - want.  Facts that are
    not numbers (a dtype, say) are compared for equality.
    """

    mode: str
    got: Any
    want: Any
    allowed: Any = 0.0
    at_least: bool = False
    miss: Any = None


@dataclass(frozen=True)
class Broken:
    """One broken promise: which law, on which probe, in which mode, and by how much.

    `entry` is the index of the worst entry, () for a number or a fact.
    """

    law: str
    probe: str
    mode: str
    entry: tuple[int, ...]
    got: Any
    want: Any
    allowed: float

    def __str__(self) -> str:
        at = f" at {self.entry}" if self.entry else ""
        return (
            f"{self.law}: {self.mode} on probe {self.probe}{at}: "
            f"got {self.got}, want {self.want}, allowed {self.allowed:.3g}"
        )


Check = Callable[[Any, Probe], Iterator[Comparison]]


def every_rule(rule: Rule) -> bool:
    return True


@dataclass(frozen=True)
class Law:
    """A name, a sentence, and the comparisons that the sentence comes down to.

    Attributes
    ----------
    name, says : str
    compare : function of (function, probe) to comparisons
        Silent on a probe that the law says nothing about (a shift beside a sink).
    applies : function of rule to bool
        Whether the sentence has a meaning for such a rule.
    universal : bool
        Every rule it applies to must obey; else those that claim it in `rule.laws`.
    exact : bool
        It stands on the oracle, and so on mpmath; the others need NumPy alone.
    """

    name: str
    says: str
    compare: Check
    applies: Callable[[Rule], bool] = every_rule
    universal: bool = False
    exact: bool = False

    def __call__(self, function: Any, probe: Probe) -> Iterator[Broken]:
        """Every comparison on this probe that fails, worst entry first in each."""
        with np.errstate(all="ignore"):
            for comparison in self.compare(function, probe):
                found = broken(self.name, probe.name, comparison)
                if found is not None:
                    yield found

    def binds(self, rule: Rule) -> bool:
        """Whether this rule must obey."""
        return self.applies(rule) and (self.universal or self.name in rule.laws)

    def __str__(self) -> str:
        return self.name


def broken(law: str, probe: str, comparison: Comparison) -> Broken | None:
    """The comparison's worst failing entry, or None where it holds."""
    mode, got, want, allowed = comparison[:4]
    if isinstance(want, str):
        fits = got == want
        return None if fits else Broken(law, probe, mode, (), got, want, 0.0)
    if np.shape(got) != np.shape(want):
        shapes = (f"shape {np.shape(got)}", f"shape {np.shape(want)}")
        return Broken(law, probe, mode, (), *shapes, 0.0)
    with np.errstate(all="ignore"):  # infinities and NaN are answers here
        bad, excess = _judged(comparison)
    if not bad.any():
        return None
    entry = np.unravel_index(int(np.argmax(np.where(bad, excess, -1.0))), bad.shape)
    at = tuple(int(i) for i in entry)
    numbers = (np.broadcast_to(part, bad.shape)[at] for part in (got, want, allowed))
    return Broken(law, probe, mode, at, *(float(number) for number in numbers))


def _judged(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Which entries fail, and by how much more than allowed."""
    got, want = np.asarray(comparison.got), np.asarray(comparison.want)
    if got.dtype.kind == "V" or want.dtype.kind == "V":  # bfloat16
        got, want = got.astype(np.float64), want.astype(np.float64)
    if comparison.at_least:
        miss = np.maximum(want - got, 0.0)
        fits = (got >= want) | (miss <= comparison.allowed)
    else:
        miss = abs(got - want if comparison.miss is None else comparison.miss)
        fits = (got == want) | (miss <= comparison.allowed)
        fits |= np.isnan(got) & np.isnan(want)
    excess = np.nan_to_num(miss - comparison.allowed, nan=np.inf, posinf=np.inf)
    return np.asarray(~fits), np.asarray(excess)
