"""One row of logits, its sums, and its first and second centred moments, exactly.

    levels  v_0 > v_1 > ...  the distinct logits, n_k entries on each; v_0 is the head
    w_k   = exp((v_k - v_0) / T),   S = n_0 + rest,   rest = sum_{k>0} n_k w_k
    y_j   = w_j / S

All formulas are the textbook's, multiplied out by S so that what the head contributes
is an exact binary fraction and what the others contribute is a sum of its own.  Where
the head's part is exactly 0, as on a saturated row, the small rest is the answer: no
precision is spent on its distance from 1, which may be 300 000 digits at T = 1e-3.
A sink is one more member of the row, with logit s T, seed 0 and no output.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mpmath import mp, mpf

from softjet.check._exact import (
    exactly,
    finite,
    number,
    numbers,
    power,
    same_length,
    total,
)
from softjet.errors import Refusal


class _Weights(NamedTuple):
    level: list[mpf]
    rest: mpf
    mass: mpf


class Row:
    """The live entries of a row (and its sink), grouped by level.

    Lists over members hold the live entries in the row's order, then the sink.
    """

    def __init__(self, x: Sequence, temperature: Any, sink: Any, counts: Any) -> None:
        logits = numbers(x, "row")
        self.size = len(logits)
        self.live = [i for i, logit in enumerate(logits) if logit != mp.ninf]
        self.temperature = temperature_of(temperature)
        self.multiplicities = _multiplicities(counts, self.size)
        self.counts = [self.multiplicities[i] for i in self.live]
        self.logits = [logits[i] for i in self.live]
        if sink is not None and number(sink, "sink") != mp.ninf:
            with exactly():
                self.logits.append(number(sink, "sink") * self.temperature)
            self.counts.append(1)
        self._set_levels()
        self._weights: dict[int, _Weights] = {}

    def _set_levels(self) -> None:
        levels = sorted(set(self.logits), reverse=True)
        rank = {logit: k for k, logit in enumerate(levels)}
        self.level = [rank[logit] for logit in self.logits]
        self.crowd = [0] * len(levels)
        for k, count in zip(self.level, self.counts, strict=True):
            self.crowd[k] += count
        with exactly():
            self.depths = [levels[0] - logit for logit in levels]

    @property
    def spread(self) -> int:
        """Bits that rounding the exponents and adding the entries may cost."""
        if not self.logits:
            return 0
        widest = mp.mag(self.depths[-1] / self.temperature)
        return max(widest, 0) + sum(self.counts).bit_length() + 2

    def weights(self) -> _Weights:
        """exp of every level below the head, their sum, and the whole sum."""
        known = self._weights.get(mp.prec)
        if known is None:
            level = [power(-depth / self.temperature) for depth in self.depths]
            rest = mp.fsum(
                n * w for n, w in zip(self.crowd[1:], level[1:], strict=True)
            )
            known = _Weights(level, rest, self.crowd[0] + rest)
            self._weights[mp.prec] = known
        return known

    def probabilities(self) -> list[mpf]:
        if not self.live:
            return []
        level, _, mass = self.weights()
        shares = [w / mass for w in level]
        return [shares[k] for k in self.level[: len(self.live)]]

    def log_mass(self) -> mpf:
        """log S; the head's count apart, so that a small rest keeps its digits."""
        _, rest, _ = self.weights()
        head = self.crowd[0]
        return mp.log(head) + mp.log1p(rest / head)

    def log_probabilities(self) -> list[mpf]:
        if not self.live:
            return []
        log_mass = self.log_mass()
        shares = [-(depth / self.temperature + log_mass) for depth in self.depths]
        return [shares[k] for k in self.level[: len(self.live)]]

    def scatter(self, values: Iterable[mpf], dead: mpf = mp.zero) -> list[mpf]:
        """Values of the live entries put back into the row."""
        result = [dead] * self.size
        for i, value in zip(self.live, values, strict=True):
            result[i] = value
        return result

    def seed(self, values: Sequence, *, centre: bool = True) -> list[mpf]:
        """A seed over the members, less its value on the head; dead ones are not read.

        Moments do not change with the origin; this one makes the head's part small.
        """
        same_length(self.size, values, "seeds")
        seed = finite((values[i] for i in self.live), "seed")
        seed += [mp.zero] * (len(self.logits) - len(seed))
        if not centre or not seed:
            return seed
        origin = seed[self.level.index(0)]
        with exactly():
            return [value - origin for value in seed]

    def level_sums(self, seed: Iterable[mpf]) -> list[mpf]:
        """The seed summed over each level's entries, exactly."""
        sums = [mp.zero] * len(self.crowd)
        with exactly():
            for k, count, value in zip(self.level, self.counts, seed, strict=True):
                sums[k] += count * value
        return sums

    def rest_of(self, sums: Sequence[mpf]) -> mpf:
        """sum_{k>0} w_k sums_k."""
        level = self.weights().level
        return total(w * s for w, s in zip(level[1:], sums[1:], strict=True))

    def mean(self, seed: Sequence[mpf]) -> mpf:
        """<y, seed>."""
        sums = self.level_sums(seed)
        return total([sums[0], self.rest_of(sums)]) / self.weights().mass

    def centred(self, a: Sequence[mpf]) -> list[mpf]:
        """a_j - <y, a> for every live entry."""
        _, rest, mass = self.weights()
        sums = self.level_sums(a)
        others = self.rest_of(sums)
        heads = self._heads(a, sums)
        return [
            total([head, value * rest, -others]) / mass
            for head, value in zip(heads, a[: len(heads)], strict=True)
        ]

    def _heads(self, a: Sequence[mpf], sums: Sequence[mpf]) -> list[mpf]:
        with exactly():
            return [self.crowd[0] * value - sums[0] for value in a[: len(self.live)]]

    def covariance(self, a: Sequence[mpf], b: Sequence[mpf]) -> mpf:
        """<y, a b> - <y, a> <y, b>."""
        return total(self._variation(a, b)) / self.weights().mass ** 2

    def _variation(self, a: Sequence[mpf], b: Sequence[mpf]) -> list[mpf]:
        """S^2 times the covariance, in parts: the head's exact one comes first."""
        rest, n = self.weights().rest, self.crowd[0]
        with exactly():
            products = [p * q for p, q in zip(a, b, strict=True)]
        sa, sb, sab = (self.level_sums(seed) for seed in (a, b, products))
        ra, rb, rab = (self.rest_of(sums) for sums in (sa, sb, sab))
        with exactly():
            head = n * sab[0] - sa[0] * sb[0]
        mixed = [rest * sab[0], n * rab, -sa[0] * rb, -sb[0] * ra]
        return [head, *mixed, rest * rab, -ra * rb]

    def curved(self, a: Sequence[mpf], b: Sequence[mpf]) -> list[mpf]:
        """(a_j - <y, a>) (b_j - <y, b>) - covariance of a and b, for live entries."""
        _, rest, mass = self.weights()
        sa, sb = self.level_sums(a), self.level_sums(b)
        ra, rb = self.rest_of(sa), self.rest_of(sb)
        head, *mixed = self._variation(a, b)
        others = total(mixed)
        result = []
        for j, (p, q) in enumerate(
            zip(self._heads(a, sa), self._heads(b, sb), strict=True)
        ):
            with exactly():
                exact = p * q - head
            below_a, below_b = (a[j] * rest, -ra), (b[j] * rest, -rb)
            terms = [exact, -others, *(p * v for v in below_b)]
            terms += [q * v for v in below_a]
            terms += [v * w for v in below_a for w in below_b]
            result.append(total(terms) / mass**2)
        return result

    def excess(self, g: Sequence[mpf], weight: mpf) -> list[mpf]:
        """y_j weight - g_j for every live entry."""
        level, rest, mass = self.weights()
        result = []
        for j in range(len(self.live)):
            k, head = self.level[j], self.crowd[0]
            with exactly():
                exact = (mp.zero if k else weight) - head * g[j]
            share = [level[k] * weight] if k else []
            result.append(total([exact, *share, -g[j] * rest]) / mass)
        return result


def temperature_of(value: Any) -> mpf:
    result = number(value, "temperature")
    if result <= 0:
        raise Refusal(
            "temperature",
            "the temperature must be positive",
            got=f"{mp.nstr(result)}",
            want="a finite number above 0",
        )
    return result


def _multiplicities(counts: Any, size: int) -> list[int]:
    if counts is None:
        return [1] * size
    same_length(size, counts, "counts")
    result = [int(count) for count in counts]
    if any(count < 1 for count in result) or any(
        count != given for count, given in zip(result, counts, strict=True)
    ):
        raise Refusal(
            "oracle-counts",
            "multiplicities are not whole positive numbers",
            got="a count below 1 or with a fraction",
            want="integers of 1 or more, one for each distinct entry",
        )
    return result
