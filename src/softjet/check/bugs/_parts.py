"""What wrong formulas are written with: a trial's arrays, under the field's names.

    z = x / T, masked entries at -inf        y = softmax(z), or as it was handed in
    g  the seed: cotangent or tangent        N rows, K classes

Every name is computed by the textbook's shifted formula in float64: a wrong formula
must differ from the right one by its mistake alone, never by rounding.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..judge.trial import Trial

Array = Any


def summed(a: Array) -> Array:
    return a.sum(-1, keepdims=True)


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / summed(e)


def log_softmax(z: Array) -> Array:
    d = z - z.max(-1, keepdims=True)
    return d - np.log(summed(np.exp(d)))


def sigmoid(z: Array) -> Array:
    e = np.exp(-abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def one_hot(ids: Array, classes: int) -> Array:
    """Rows of zeros with a one at each id; np.eye(K)[ids] without the K x K."""
    rows = np.zeros((*ids.shape, classes))
    rows[(*np.indices(ids.shape), ids)] = 1.0
    return rows


def pulled(y: Array, g: Array) -> Array:
    """The right pullback of softmax, which wrong formulas put in wrong places."""
    return y * (g - summed(y * g))


class Parts:
    """One trial's arrays; `seed` replaces the trial's own.

    Attributes
    ----------
    trial : Trial
    x, z : (N, K) arrays
        Logits as handed in, and as the function reads them.
    N, K : int
    T : float
    """

    def __init__(self, trial: Trial, seed: Array | None = None) -> None:
        self.trial, self.kind, self.piece = trial, trial.kind, trial.piece
        self.told, self.x = trial.options, trial.x
        self.T = float(self.told.get("temperature") or 1.0)
        self._seed = trial.seed if seed is None else seed
        self.N, self.K = (*self.x.shape, 1)[:2]

    @cached_property
    def z(self) -> Array:
        z, mask = self.x / self.T, self.told.get("mask")
        return z if mask is None else np.where(mask, z, -np.inf)

    @cached_property
    def y(self) -> Array:
        """Probabilities of the rows: those that a backward was given, if it was."""
        given = self.told.get("y") if self.kind == "softmax" else None
        return softmax(self.z) if given is None else np.asarray(given)

    @cached_property
    def s(self) -> Array:
        """Probabilities of the entries."""
        return sigmoid(self.z)

    @cached_property
    def log_y(self) -> Array:
        return log_softmax(self.z)

    @property
    def g(self) -> Array:
        assert self._seed is not None  # forms of a derivative run on derivatives alone
        return self._seed

    @cached_property
    def column(self) -> Array:
        """The seed of a function to numbers as a column, (N, 1)."""
        return np.broadcast_to(self.g, (self.N,))[:, None]

    @property
    def takes(self) -> str:
        return str(self.told.get("takes", "x"))

    @property
    def native(self) -> Array:
        """z in the dtype of the trial: where it overflows is part of a mistake."""
        dtype = self.trial.dtype
        wide = not dtype.startswith("float")
        return self.z if wide else self.z.astype(dtype)

    def seeded(self, seed: Array) -> Parts:
        return type(self)(self.trial, seed)

    def matrix(self, jacobian: Array) -> Array:
        """A Jacobian (N, K, K), or what it gives on the seed: J g; of a vjp J^T g."""
        if self.piece == "jacobian":
            return jacobian
        law = "nij,ni->nj" if self.piece == "vjp" else "nij,nj->ni"
        return np.einsum(law, jacobian, self.g)
