"""The functions of one row, each with its value and three derivatives.

C is centring, C(a)_j = a_j - <y, a>.  Derivatives are by x, so each brings one 1/T.
Of a function to a number the seed y_bar is one number.  Sums over the row count every
entry as often as its multiplicity; results are those of one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from mpmath import mp, mpf

from softjet.check._exact import (
    exactly,
    finite,
    loses_target,
    negative,
    number,
    refuse_sink,
    same_length,
    settled,
    total,
)
from softjet.check._row import Row


class RowFunction:
    """A function of softmax(x / T): what they share is the row and the precision."""

    takes_sink: ClassVar[bool] = False

    def __init__(
        self, x: Sequence, *, temperature: Any, sink: Any, counts: Any, digits: int
    ) -> None:
        if not self.takes_sink:
            refuse_sink(sink)
        self.x = x
        self.row = Row(x, temperature, sink, counts)
        self.T = self.row.temperature
        self.digits = digits

    def settled(self, formula: Callable[[], Any]) -> Any:
        return settled(formula, self.row.spread, self.digits)

    def per_entry(self, formula: Callable[[], list[mpf]]) -> list[mpf]:
        """Settled results of the live entries, with 0 on the dead ones."""
        return self.row.scatter(self.settled(formula) if self.row.live else [])

    def centred_share(self, seed: Sequence, scale: mpf) -> list[mpf]:
        """scale y C(seed) / T^2, the curvature of all whose gradient is scale y / T."""
        row, a = self.row, self.row.seed(seed)
        return self.per_entry(
            lambda: [
                scale * y * c / self.T**2
                for y, c in zip(row.probabilities(), row.centred(a), strict=True)
            ]
        )


class LogSumExp(RowFunction):
    """f = log sum exp(x / T), whose gradient is y / T."""

    takes_sink = True

    def value(self) -> mpf:
        row = self.row
        if not row.logits:
            return mp.ninf
        top = max(row.logits)
        return self.settled(lambda: total([top / self.T, row.log_mass()]))

    def pushforward(self, x_dot: Sequence) -> mpf:
        a = self.row.seed(x_dot, centre=False)
        if not self.row.live:
            return mp.zero
        return self.settled(lambda: self.row.mean(a) / self.T)

    def pullback(self, y_bar: Any) -> list[mpf]:
        g, row = number(y_bar, "seed"), self.row
        return self.per_entry(lambda: [g * y / self.T for y in row.probabilities()])

    def curvature(self, x_dot: Sequence, y_bar: Any) -> list[mpf]:
        return self.centred_share(x_dot, number(y_bar, "seed"))


class Softmax(RowFunction):
    """y = softmax(x / T), whose Jacobian (diag(y) - y y^T) / T is symmetric."""

    takes_sink = True

    def value(self) -> list[mpf]:
        return self.per_entry(self.row.probabilities)

    def pushforward(self, x_dot: Sequence) -> list[mpf]:
        return self.centred_share(x_dot, self.T)

    def pullback(self, y_bar: Sequence) -> list[mpf]:
        return self.centred_share(y_bar, self.T)

    def curvature(self, x_dot: Sequence, y_bar: Sequence) -> list[mpf]:
        row, a, b = self.row, self.row.seed(x_dot), self.row.seed(y_bar)
        return self.per_entry(
            lambda: [
                y * e / self.T**2
                for y, e in zip(row.probabilities(), row.curved(a, b), strict=True)
            ]
        )


class LogSoftmax(RowFunction):
    """l_j = x_j / T - log sum exp(x / T), whose Jacobian is (I - 1 y^T) / T."""

    takes_sink = True

    def value(self) -> list[mpf]:
        row = self.row
        live = self.settled(row.log_probabilities) if row.live else []
        return row.scatter(live, dead=mp.ninf)

    def pushforward(self, x_dot: Sequence) -> list[mpf]:
        row, a = self.row, self.row.seed(x_dot)
        return self.per_entry(lambda: [c / self.T for c in row.centred(a)])

    def pullback(self, y_bar: Sequence) -> list[mpf]:
        row, g = self.row, self.row.seed(y_bar, centre=False)
        weight = weighted_sum(row.counts, g)
        return self.per_entry(lambda: [-e / self.T for e in row.excess(g, weight)])

    def curvature(self, x_dot: Sequence, y_bar: Sequence) -> list[mpf]:
        g = self.row.seed(y_bar, centre=False)
        return self.centred_share(x_dot, negative(weighted_sum(self.row.counts, g)))


class CrossEntropy(RowFunction):
    """L = -<t, log y>, whose gradient is (y sum t - t) / T."""

    def __init__(self, x: Sequence, targets: Sequence, **options: Any) -> None:
        super().__init__(x, **options)
        same_length(self.row.size, targets, "targets")
        everywhere = finite(targets, "targets")
        self.targets = [everywhere[i] for i in self.row.live]
        alive = set(self.row.live)
        self.infinite = loses_target(
            t for i, t in enumerate(everywhere) if i not in alive
        )
        # sum t in the gradient holds the targets of dead entries too.
        self.weight = weighted_sum(self.row.multiplicities, everywhere)

    def value(self) -> mpf:
        if self.infinite:
            return mp.inf
        return self.settled(
            lambda: total(
                -count * t * log_y
                for count, t, log_y in zip(
                    self.row.counts,
                    self.targets,
                    self.row.log_probabilities(),
                    strict=True,
                )
            )
        )

    def pushforward(self, x_dot: Sequence) -> mpf:
        # The gradient sums to 0, so the seed may be centred first, unless a dead entry
        # has taken part of the targets with it.
        row, a = self.row, self.row.seed(x_dot, centre=not self.infinite)
        return self.settled(
            lambda: total(
                count * e * value / self.T
                for count, e, value in zip(row.counts, self._excess(), a, strict=True)
            )
        )

    def _excess(self) -> list[mpf]:
        return self.row.excess(self.targets, self.weight) if self.row.live else []

    def pullback(self, y_bar: Any) -> list[mpf]:
        g = number(y_bar, "seed")
        return self.per_entry(lambda: [g * e / self.T for e in self._excess()])

    def curvature(self, x_dot: Sequence, y_bar: Any) -> list[mpf]:
        with exactly():
            scale = number(y_bar, "seed") * self.weight
        return self.centred_share(x_dot, scale)


class Entropy(RowFunction):
    """H = -<y, log y>, whose gradient is -y C(x) / T^2: x itself is the seed."""

    def value(self) -> mpf:
        row = self.row
        return self.settled(
            lambda: total(
                -count * y * log_y
                for count, y, log_y in zip(
                    row.counts,
                    row.probabilities(),
                    row.log_probabilities(),
                    strict=True,
                )
            )
        )

    def pushforward(self, x_dot: Sequence) -> mpf:
        row, a, b = self.row, self.row.seed(self.x), self.row.seed(x_dot)
        if not row.live:
            return mp.zero
        return self.settled(lambda: -row.covariance(a, b) / self.T**2)

    def pullback(self, y_bar: Any) -> list[mpf]:
        return self.centred_share(self.x, negative(number(y_bar, "seed")))

    def curvature(self, x_dot: Sequence, y_bar: Any) -> list[mpf]:
        row, a, b = self.row, self.row.seed(x_dot), self.row.seed(self.x)
        g = number(y_bar, "seed")
        return self.per_entry(
            lambda: [-g * part for part in tilted_curvature(row, a, b, a)]
        )


def tilted_curvature(
    row: Row, a: Sequence[mpf], b: Sequence[mpf], b_dot: Sequence[mpf]
) -> list[mpf]:
    """Along x_dot = a: the derivative of y C(b) / T^2 when b moves by b_dot."""
    T = row.temperature
    parts = zip(row.probabilities(), row.curved(a, b), row.centred(b_dot), strict=True)
    return [y * total([e / T, c]) / T**2 for y, e, c in parts]


def weighted_sum(counts: Iterable[int], values: Iterable[mpf]) -> mpf:
    """Exact sum of binary fractions, each taken as often as its count says."""
    with exactly():
        pairs = zip(counts, values, strict=True)
        return sum((count * value for count, value in pairs), mp.zero)
