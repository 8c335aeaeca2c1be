"""Cross-entropies of a trial, put together from targets that may be wrong.

a = w * t                      target weights, smoothed; 0 on ignored rows
D = sum of a, 1 of a sum       what the losses of the rows are divided by
L = -sum a log y / D           gradient (y sum_k a - a) / D
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ._parts import Array, Parts, pulled, summed


class LossParts(Parts):
    """Parts of a loss; `loss` answers whichever piece the trial asks for."""

    @cached_property
    def by_ids(self) -> bool:
        return np.asarray(self.trial.targets).ndim == 1 and self.kind == "cross_entropy"

    @cached_property
    def ids(self) -> Array:
        """Class ids as they came, -100 and its like included."""
        return np.asarray(self.trial.targets).astype(int)

    @cached_property
    def ignored(self) -> Array:
        index = self.told.get("ignore_index")
        none = np.zeros(self.N, bool)
        return none if index is None or not self.by_ids else self.ids == index

    @cached_property
    def hot(self) -> Array:
        """Targets as rows of probabilities, before smoothing; ignored rows are 0."""
        return self.one_hot(self.ids) if self.by_ids else np.asarray(self.trial.targets)

    def one_hot(self, ids: Array) -> Array:
        rows = np.zeros((self.N, self.K))
        live = np.flatnonzero(~self.ignored)
        rows[live, ids[live]] = 1.0
        return rows

    @property
    def epsilon(self) -> float:
        return float(self.told.get("label_smoothing") or 0.0)

    @cached_property
    def weight(self) -> Array:
        weight = self.told.get("weight")
        return np.ones(self.K) if weight is None else np.asarray(weight)

    @property
    def mean(self) -> bool:
        return str(self.told.get("reduction", "mean")) == "mean"

    @cached_property
    def live(self) -> Array:
        return (~self.ignored)[:, None]

    def smoothed(self, hot: Array) -> Array:
        return ((1 - self.epsilon) * hot + self.epsilon / self.K) * self.live

    @cached_property
    def a(self) -> Array:
        return self.weight * self.smoothed(self.hot)

    def loss(self, a: Array | None = None, D: Array | None = None) -> Array | None:
        """Cross-entropy with target weights a, divided by D."""
        a = self.a if a is None else a
        D = (a.sum() if D is None else D) if self.mean else 1.0
        if self.piece == "value":
            return self.reduced(self.rows_of(a), D)
        if self.to_probs:
            return -a / self.y / D
        return self.slope(self.y * summed(a) - a, D)

    def rows_of(self, a: Array) -> Array:
        return -np.where(a == 0, 0.0, a * self.log_y).sum(-1)

    @cached_property
    def loss_rows(self) -> Array:
        return self.rows_of(self.a)

    def reduced(self, rows: Array, D: Array = 1.0) -> Array:
        """Losses of the rows as the reduction wants them."""
        none = str(self.told.get("reduction", "mean")) == "none"
        return rows if none else rows.sum() / D

    @property
    def to_probs(self) -> bool:
        """Whether the gradient is one to the probabilities."""
        return self.told.get("to") == "probs"

    def slope(self, residual: Array, D: Array = 1.0) -> Array | None:
        """What a derivative answers where the loss's gradient is residual / D."""
        if self.to_probs:
            return None
        gradient = residual / D / self.T
        if self.piece == "jvp":
            rows = (gradient * self.g).sum(-1)
            return rows if str(self.told.get("reduction")) == "none" else rows.sum()
        return gradient * self.column if self.piece == "vjp" else gradient

    @cached_property
    def residual(self) -> Array:
        """y - t, weights and smoothing included."""
        return self.y * summed(self.a) - self.a

    @cached_property
    def D(self) -> Array:
        return self.a.sum() if self.mean else 1.0

    def again(self, residual: Array) -> Array:
        """Pulled back through the softmax."""
        return pulled(self.y, residual)

    @property
    def t(self) -> Array:
        """Targets of a binary cross-entropy, entry by entry."""
        return np.asarray(self.trial.targets)

    def entries(self, terms: Array) -> Array:
        """Losses of the entries as the reduction wants them."""
        reduction = str(self.told.get("reduction", "mean"))
        if reduction == "none":
            return terms
        return terms.mean() if reduction == "mean" else terms.sum()

    def entry_slope(self, residual: Array) -> Array | None:
        """What a derivative answers where an entry's gradient is residual."""
        if self.to_probs:
            return None
        gradient = residual / (residual.size if self.mean else 1.0)
        if self.piece == "jvp":
            moved = gradient * self.g
            return moved if self.told.get("reduction") == "none" else moved.sum()
        return gradient * self.g if self.piece == "vjp" else gradient

    @cached_property
    def entry_losses(self) -> Array:
        """Binary cross-entropies, by the stable formula."""
        return np.logaddexp(0.0, self.z) - self.t * self.z
