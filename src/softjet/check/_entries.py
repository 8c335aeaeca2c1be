"""Sigmoid, log-sigmoid, softplus and binary cross-entropy, entry by entry.

    s(z) = 1 / (1 + e^-z),   1 - s(z) = s(-z),   1 - 2 s(z) = -tanh(z / 2),   z = x / T

A dead entry (x = -inf) has the limit as its value, and derivatives of exactly 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp, mpf

from softjet.check._exact import (
    exactly,
    finite,
    loses_target,
    numbers,
    power,
    refuse_sink,
    same_length,
    settled,
    total,
)
from softjet.check._row import temperature_of


def _s(z: mpf) -> mpf:
    return 1 / (1 + power(-z))


def _softplus(z: mpf) -> mpf:
    return mp.log1p(power(z))


class EntryFunction(ABC):
    """A function of one entry: subclasses give its height, slope and bend in z.

    Each entry is settled by itself, so that a huge one does not slow down the others.
    """

    def __init__(
        self,
        x: Sequence,
        *given: Sequence,
        temperature: Any,
        sink: Any,
        counts: Any,
        digits: int,
    ) -> None:
        refuse_sink(sink)
        self.x = numbers(x, "row")
        self.T, self.digits = temperature_of(temperature), digits
        for beside in (*given, *([] if counts is None else [counts])):
            same_length(len(self.x), beside, "targets or counts")
        columns = [finite(targets, "targets") for targets in given]
        self.given = list(zip(*columns, strict=True)) or [()] * len(self.x)

    def value(self) -> list[mpf]:
        rows = zip(self.x, self.given, strict=True)
        return [
            self.limit(*t) if x == mp.ninf else self._settled(self.height, x, t)
            for x, t in rows
        ]

    def pushforward(self, x_dot: Sequence) -> list[mpf]:
        def formula(z: mpf, *t: mpf) -> mpf:
            return self.slope(z, *t) / self.T

        return self._along(formula, x_dot)

    def pullback(self, y_bar: Sequence) -> list[mpf]:
        return self.pushforward(y_bar)

    def curvature(self, x_dot: Sequence, y_bar: Sequence) -> list[mpf]:
        def formula(z: mpf, *t: mpf) -> mpf:
            return self.bend(z, *t) / self.T**2

        return self._along(formula, x_dot, y_bar)

    def _along(self, formula: Callable[..., mpf], *seeds: Sequence) -> list[mpf]:
        """The formula times the seeds at every live entry; 0 at the dead ones."""
        for seed in seeds:
            same_length(len(self.x), seed, "seeds")
        result = [mp.zero] * len(self.x)
        for j, (x, t) in enumerate(zip(self.x, self.given, strict=True)):
            if x != mp.ninf:
                own = finite((seed[j] for seed in seeds), "seed")
                result[j] = self._settled(formula, x, t, *own)
        return result

    def _settled(
        self, formula: Callable[..., mpf], x: mpf, t: tuple, *seeds: mpf
    ) -> mpf:
        def product() -> mpf:
            return mp.fprod([formula(x / self.T, *t), *seeds])

        spread = max(mp.mag(x / self.T), 0) + 2 if x else 2
        return settled(product, spread, self.digits)

    def limit(self, *t: mpf) -> mpf:
        """The value at x = -inf."""
        return mp.zero

    @abstractmethod
    def height(self, z: mpf, *t: mpf) -> mpf: ...

    @abstractmethod
    def slope(self, z: mpf, *t: mpf) -> mpf: ...

    @abstractmethod
    def bend(self, z: mpf, *t: mpf) -> mpf: ...


class Sigmoid(EntryFunction):
    """y = s(z)."""

    def height(self, z: mpf) -> mpf:
        return _s(z)

    def slope(self, z: mpf) -> mpf:
        return _s(z) * _s(-z)

    def bend(self, z: mpf) -> mpf:
        return -_s(z) * _s(-z) * mp.tanh(z / 2)


class LogSigmoid(EntryFunction):
    """y = log s(z) = -softplus(-z)."""

    def limit(self) -> mpf:
        return mp.ninf

    def height(self, z: mpf) -> mpf:
        return -_softplus(-z)

    def slope(self, z: mpf) -> mpf:
        return _s(-z)

    def bend(self, z: mpf) -> mpf:
        return -_s(z) * _s(-z)


class Softplus(EntryFunction):
    """y = log(1 + e^z)."""

    def height(self, z: mpf) -> mpf:
        return _softplus(z)

    def slope(self, z: mpf) -> mpf:
        return _s(z)

    def bend(self, z: mpf) -> mpf:
        return _s(z) * _s(-z)


class BinaryCrossEntropy(EntryFunction):
    """y = -t log s(z) - (1 - t) log s(-z)."""

    def limit(self, t: mpf) -> mpf:
        return mp.inf if loses_target([t]) else mp.zero

    def height(self, z: mpf, t: mpf) -> mpf:
        return total([t * _softplus(-z), _rest(t) * _softplus(z)])

    def slope(self, z: mpf, t: mpf) -> mpf:
        return total([_rest(t) * _s(z), -t * _s(-z)])

    def bend(self, z: mpf, t: mpf) -> mpf:
        return _s(z) * _s(-z)


def _rest(t: mpf) -> mpf:
    with exactly():
        return 1 - t
