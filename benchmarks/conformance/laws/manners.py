"""Manners: rows keep to themselves, inputs stay as they are, nonsense is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.conformance._case import Array, Case, shown
from benchmarks.conformance._cell import Cell, compared, guarded
from benchmarks.conformance.laws._judges import checked
from benchmarks.conformance.laws.gradients import ROWS, ordinary
from benchmarks.conformance.peers import Peer

NAN = ROWS.copy()
NAN[1, 2] = np.nan
BEYOND = Case(ROWS, (np.array([1, 5, 2]),))
THREE = Case(ROWS[:, :3], (np.array([0, 2, 1]),))


def _others(got: Array) -> Cell:
    rows = got.reshape(3, -1)
    if not np.isfinite(rows[[0, 2]]).all():
        return Cell("fails", "leaks", f"got {shown(rows[[0, 2]], 10)} in the others")
    if not np.isnan(rows[1]).all():
        return Cell("fails", "hides it", f"got {shown(rows[1])} in its row")
    return Cell("holds")


@dataclass(frozen=True)
class Untouched:
    """The caller's array is what it was."""

    function: str
    mode: str = "value"
    name: str = "its input stays as it is"

    @property
    def case(self) -> Case:
        return ordinary(self.function)

    def ask(self, peer: Peer) -> Cell:
        return guarded(self, peer, lambda: self._cell(peer))

    def _cell(self, peer: Peer) -> Cell:
        case, before = ordinary(self.function), ROWS.copy()
        peer.answer(self.function, "value", Case(x := before.copy(), case.given))
        if np.array_equal(x, before):
            return Cell("holds")
        return Cell("fails", "changed", compared(x, before))


@dataclass(frozen=True)
class Refused:
    """A class id that is none is refused, not answered."""

    function: str
    mode: str = "value"
    name: str = "a class id out of range is refused"
    case: Case = BEYOND

    def ask(self, peer: Peer) -> Cell:
        cell = guarded(self, peer, lambda: self._cell(peer))
        return Cell("holds") if cell.status == "raises" else cell

    def _cell(self, peer: Peer) -> Cell:
        got = np.asarray(peer.answer(self.function, "value", self.case))
        return Cell("fails", f"answers {got.ravel()[1]:.3g}", f"got {shown(got)}")


@dataclass(frozen=True)
class Weighed:
    """Class ids and the identical one-hot rows give one loss."""

    function: str = "weighted cross_entropy"
    mode: str = "value"
    name: str = "one-hot targets weigh as class ids do"
    case: Case = THREE

    def ask(self, peer: Peer) -> Cell:
        return guarded(self, peer, lambda: self._cell(peer))

    def _cell(self, peer: Peer) -> Cell:
        x, (ids,) = self.case.x, self.case.given
        by_id = float(peer.answer(self.function, "value", self.case))
        hot = Case(x, (np.eye(3)[ids],))
        by_hot = float(peer.answer(self.function, "value", hot))
        if abs(by_id - by_hot) <= 1e-12 * abs(by_id):
            return Cell("holds")
        figure = f"{by_hot:.3g}, not {by_id:.3g}"
        return Cell("fails", figure, f"ids {by_id}, one-hot {by_hot}")


ROWWISE = ("softmax", "log_softmax", "logsumexp")
LAWS = (
    *(checked("NaN stays in its row", f, Case(NAN), _others) for f in ROWWISE),
    *(Untouched(f) for f in (*ROWWISE, "cross_entropy")),
    Refused("cross_entropy"),
    Weighed(),
)
