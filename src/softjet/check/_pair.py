"""The Kullback-Leibler divergence of two rows of logits, with its derivatives.

    KL      = <p, r>,   r = log p - log q = a / T - log of the masses' ratio
    by x_p    p C(a) / T^2,   a = x_p - x_q,   C(a) = a - <p, a>
    by x_q    (q - p) / T

The masses of the two rows are subtracted level by level before anything is rounded:
equal rows, shifted rows and permuted rows therefore give exact zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import mp, mpf

from softjet.check._exact import (
    exactly,
    number,
    numbers,
    refuse_sink,
    same_length,
    settled,
    total,
)
from softjet.check._row import Row
from softjet.check._rowwise import tilted_curvature
from softjet.errors import Refusal


class KLDivergence:
    """KL of softmax(x_p / T) from softmax(x_q / T); what is dead in p adds nothing."""

    def __init__(
        self, x: tuple, *, temperature: Any, sink: Any, counts: Any, digits: int
    ) -> None:
        refuse_sink(sink)
        self.x_p, self.x_q = x
        same_length(len(self.x_p), self.x_q, "logits of q")
        self.p = Row(self.x_p, temperature, None, counts)
        self.q = Row(self.x_q, temperature, None, counts)
        self.T, self.digits = self.p.temperature, digits
        self.spread = max(self.p.spread, self.q.spread)
        self.in_p = {i: j for j, i in enumerate(self.p.live)}
        self.in_q = {i: j for j, i in enumerate(self.q.live)}
        self.infinite = not set(self.in_p) <= set(self.in_q)

    def value(self) -> mpf:
        if self.infinite:
            return mp.inf
        if not self.in_p:
            return mp.zero
        return settled(self._divergence, self.spread, self.digits)

    def pushforward(self, x_dot: tuple) -> mpf:
        if self._flat():
            return mp.zero
        p_dot, q_dot = self.p.seed(x_dot[0]), self.q.seed(x_dot[1])
        a = self.p.seed(self._less(self.x_p, self.x_q))

        def formula() -> mpf:
            by_q = zip(self.q.counts, self._move(), q_dot, strict=True)
            terms = [count * g * value / self.T for count, g, value in by_q]
            return total([self.p.covariance(a, p_dot) / self.T**2, *terms])

        return settled(formula, self.spread, self.digits)

    def pullback(self, y_bar: Any) -> tuple[list[mpf], list[mpf]]:
        if self._flat():
            return self.p.scatter([]), [mp.zero] * self.q.size
        g = number(y_bar, "seed")
        a = self.p.seed(self._less(self.x_p, self.x_q))

        def formula() -> tuple[list[mpf], list[mpf]]:
            shares = zip(self.p.probabilities(), self.p.centred(a), strict=True)
            by_p = [g * y * c / self.T**2 for y, c in shares]
            return by_p, [g * move / self.T for move in self._move()]

        by_p, by_q = settled(formula, self.spread, self.digits)
        return self.p.scatter(by_p), self.q.scatter(by_q)

    def curvature(self, x_dot: tuple, y_bar: Any) -> tuple[list[mpf], list[mpf]]:
        if self._flat():
            return self.p.scatter([]), [mp.zero] * self.q.size
        g = number(y_bar, "seed")
        p_dot, q_dot = self.p.seed(x_dot[0]), self.q.seed(x_dot[1])
        a = self.p.seed(self._less(self.x_p, self.x_q))
        a_dot = self.p.seed(self._less(x_dot[0], x_dot[1]))

        def formula() -> tuple[list[mpf], list[mpf]]:
            by_p = tilted_curvature(self.p, p_dot, a, a_dot)
            return [g * v for v in by_p], [g * v for v in self._turn(p_dot, q_dot)]

        by_p, by_q = settled(formula, self.spread, self.digits)
        return self.p.scatter(by_p), self.q.scatter(by_q)

    def _flat(self) -> bool:
        """No entry of p is alive; refused where the divergence is infinite."""
        if self.infinite:
            raise Refusal(
                "oracle-infinite",
                "an infinite divergence has no derivatives",
                got="a logit of -inf in q where p is alive",
                want="p dead wherever q is",
            )
        return not self.in_p

    def _less(self, left: Sequence, right: Sequence) -> list[mpf]:
        """left - right on the live entries of p; whatever else is never read."""
        kept = self.p.live
        lefts = numbers((left[i] for i in kept), "pair")
        rights = numbers((right[i] for i in kept), "pair")
        with exactly():
            return self.p.scatter([a - b for a, b in zip(lefts, rights, strict=True)])

    def _mass_difference(self) -> mpf:
        """S_p - S_q; the same depth in both rows cancels before it is rounded."""
        crowds: dict[mpf, int] = {}
        weights: dict[mpf, mpf] = {}
        for row, sign in ((self.p, 1), (self.q, -1)):
            level = row.weights().level
            for depth, crowd, w in zip(row.depths, row.crowd, level, strict=True):
                crowds[depth] = crowds.get(depth, 0) + sign * crowd
                weights[depth] = w
        return total(crowds[depth] * weights[depth] for depth in crowds)

    def _divergence(self) -> mpf:
        difference = self._mass_difference()
        if difference >= 0:
            ratio = mp.log1p(difference / self.q.weights().mass)
        else:
            ratio = -mp.log1p(-difference / self.p.weights().mass)
        terms = []
        for j, (y, (left, right)) in enumerate(
            zip(self.p.probabilities(), self._depth_pairs(), strict=True)
        ):
            with exactly():
                fall = right - left
            terms.append(self.p.counts[j] * y * total([fall / self.T, -ratio]))
        return total(terms)

    def _depth_pairs(self) -> list[tuple[mpf, mpf]]:
        """Depths below the head in p and in q, for the live entries of p."""
        p, q = self.p, self.q
        return [
            (p.depths[p.level[j]], q.depths[q.level[self.in_q[i]]])
            for i, j in self.in_p.items()
        ]

    def _move(self) -> list[mpf]:
        """q - p for the live entries of q."""
        p, q = self.p.weights(), self.q.weights()
        difference, both = self._mass_difference(), p.mass * q.mass
        depths = dict(zip(self.in_p, self._depth_pairs(), strict=True))
        result = []
        for i, j in self.in_q.items():
            mine = q.level[self.q.level[j]]
            if i not in self.in_p:
                result.append(mine / q.mass)
            elif depths[i][0] == depths[i][1]:
                result.append(mine * difference / both)
            else:
                other = p.level[self.p.level[self.in_p[i]]]
                result.append(total([mine * p.mass, -other * q.mass]) / both)
        return result

    def _turn(self, p_dot: Sequence[mpf], q_dot: Sequence[mpf]) -> list[mpf]:
        """The derivative of (q - p) / T along the two tangents."""
        shares = [
            [y * c / self.T**2 for y, c in zip(probabilities, centred, strict=True)]
            for probabilities, centred in (
                (self.q.probabilities(), self.q.centred(q_dot)),
                (self.p.probabilities(), self.p.centred(p_dot)),
            )
        ]
        gained = shares[0]
        lost = dict(zip(self.in_p, shares[1], strict=True))
        return [total([gained[j], -lost.get(i, mp.zero)]) for i, j in self.in_q.items()]
