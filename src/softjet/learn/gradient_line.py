"""A whole network on a line of its weights: its loss, and two slopes of it.

How rounding errors grow along a chain is not known beforehand, so the chain is held to
half the digits; layers that are right and wired wrongly are off by more than that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from softjet.check.laws._line import integral, quadrature
from softjet.learn.chain import Weights, backward, forward, pushforward
from softjet.learn.findings import CHAIN, Finding
from softjet.rules import Rule

Array = NDArray[np.float64]


class Slopes(NamedTuple):
    """The mean loss at a point of the line, and how it changes along it."""

    loss: float
    push: float  # by the pushforward of the line
    pull: float  # by the pullback, against the line


@dataclass(frozen=True)
class Line:
    """Inputs and weights that move together: x + t x_dot, W + t W_dot."""

    layers: tuple[Rule, ...]
    loss: Rule
    x: Array
    weights: Weights
    x_dot: Array
    weights_dot: Weights
    targets: Array

    def at(self, t: float) -> Slopes:
        x, weights = self._moved(t)
        y, kept = forward(self.layers, weights, x)
        losses, known = self.loss.value(np, y, self.targets)
        y_dot = pushforward(self.layers, kept, self.x_dot, self.weights_dot)
        push = self.loss.pushforward(np, known, y_dot).mean()
        y_bar = self.loss.pullback(np, known, np.full(len(x), 1 / len(x)))
        inputs_bar, weights_bar = backward(self.layers, kept, y_bar)
        pull = (inputs_bar[0] * self.x_dot).sum() + sum(
            float((bar * dot).sum())
            for bars, dots in zip(weights_bar, self.weights_dot, strict=True)
            for bar, dot in zip(bars, dots, strict=True)
        )
        return Slopes(float(losses.mean()), float(push), float(pull))

    def shorter(self) -> Line:
        """Cut in halves until no unit changes its sign: no kink lies on the line."""
        line = self
        for _ in range(40):  # a unit that starts on its kink stays there
            if line._clear():
                break
            halves = [tuple(v / 2 for v in own) for own in line.weights_dot]
            line = Line(
                *(line.layers, line.loss, line.x, line.weights),
                *(line.x_dot / 2, halves, line.targets),
            )
        return line

    def _clear(self) -> bool:
        signs = [self._signs(t) for t in (0.0, *map(float, quadrature()[0]), 1.0)]
        return all(np.array_equal(signs[0], other) for other in signs[1:])

    def _signs(self, t: float) -> Array:
        """The sign of everything that goes into a layer of entries."""
        x, weights = self._moved(t)
        signs = [np.zeros(0)]
        for layer, own in zip(self.layers, weights, strict=True):
            if layer.maps == "entries":
                signs.append(np.sign(x).ravel())
            x = layer.value(np, x, *own)[0]
        return np.concatenate(signs)

    def _moved(self, t: float) -> tuple[Array, Weights]:
        weights = [
            tuple(w + t * v for w, v in zip(own, dots, strict=True))
            for own, dots in zip(self.weights, self.weights_dot, strict=True)
        ]
        return self.x + t * self.x_dot, weights


def chained(line: Line) -> Iterator[Finding]:
    """The three laws of gradient_trials.py for the chain of all layers."""
    nodes = [line.at(float(t)) for t in quadrature()[0]]
    start, end = line.at(0.0), line.at(1.0)
    push, pull = (np.array([n[i] for n in nodes]) for i in (1, 2))
    # Half the digits of the slopes; all but a few of the losses, which are subtracted.
    slack = 2.0**-26 * float(integral(abs(push) + abs(pull)))
    allowed = slack + 2.0**-44 * (abs(start.loss) + abs(end.loss))
    for law, rates in (("forward", push), ("backward", pull)):
        change = end.loss - start.loss
        yield Finding(CHAIN, law, float(integral(rates)), change, allowed)
    yield Finding(CHAIN, "transpose", start.pull, start.push, slack)
