"""What one library does under one law.

holds    every entry within 4 times what softjet promises for it
digits   further off, but no further than the textbook formula's own rounding
fails    further off than that; or no number where there is one
raises   it has the function and refuses this input or mode
policy   its documentation says that it does so
lacks    no such function or mode
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.conformance._case import Array, Case, Lacks
from benchmarks.conformance.peers import Peer

FAULTS = ("digits", "fails", "raises")


@dataclass(frozen=True)
class Cell:
    """A status, a figure of few letters for the table, and a line for the list."""

    status: str
    figure: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return {
            "holds": "holds",
            "digits": self.figure,
            "fails": f"**{self.figure}**",
            "raises": f"raises {self.figure}",
            "policy": f"policy: {self.figure}",
            "lacks": "",
        }[self.status]


@dataclass(frozen=True)
class Law:
    """A promise, the function it is about, its one input, and how it is asked.

    Attributes
    ----------
    name, function, mode : str
        The promise in words, and what of the peer is called.
    case : Case
        The one input.
    judge : function
        From the case and the peer's answer to a cell.
    wide : bool
        Asked as it is, though the library promises fewer digits.
    """

    name: str
    function: str
    mode: str
    case: Case
    judge: Callable[[Case, Array], Cell]
    wide: bool = False

    def ask(self, peer: Peer) -> Cell:
        """One library's cell: its answer judged, or why there is none."""
        case = self.case if self.wide else self.case.narrowed(peer.widest)

        def asked() -> Cell:
            got = np.asarray(peer.answer(self.function, self.mode, case))
            return self.judge(case, got)

        return guarded(self, peer, asked)


def guarded(law: Any, peer: Peer, ask: Callable[[], Cell]) -> Cell:
    """What the ask gives; absence and exceptions as cells; a policy marked as such."""
    try:
        # Peers warn as they like, and 0/0 is theirs to find.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            cell = ask()
    except Lacks as why:
        return Cell("lacks", detail=str(why))
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        kind = type(error).__name__
        return Cell("raises", kind, f"{kind}: {first[:120]}")
    said = peer.policies.get(f"{law.function}: {law.name}")
    if cell.status in FAULTS and said is not None:
        return replace(cell, status="policy", detail=said)
    return cell


def off(got: Array, want: Array, relative: float, u: float) -> str:
    """An error for the table: in ulps, percent or times, whichever reads best."""
    if not np.all(np.isfinite(got)) and np.all(np.isfinite(want)):
        return "NaN" if np.isnan(got).any() else "inf"
    if not np.isfinite(relative):
        return "not 0"
    if relative > 2:
        return f"{relative:.2g} x"
    if relative >= 1e-3:
        return f"{100 * relative:.3g}%"
    return f"{relative / u / 2:.0f} ulp" if relative < 2e3 * u else f"{relative:.0e}"


def compared(got: Array, want: Array) -> str:
    """Got and want at the worst entry by its own size, for the list under the table."""
    digits = 9 if np.asarray(got).dtype.itemsize <= 4 else 17
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    with np.errstate(all="ignore"):
        share = np.abs(got - want) / np.maximum(np.abs(want), np.finfo(float).tiny)
    worst = np.unravel_index(np.argmax(np.nan_to_num(share, nan=np.inf)), got.shape)
    place = f"at {tuple(map(int, worst))} " if got.size > 1 else ""
    return f"{place}got {got[worst]:.{digits}g}, want {want[worst]:.{digits}g}"
