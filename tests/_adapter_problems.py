"""Spoilt problems: what stands between a call and the rows a rule sees.

Rows, masks, seeds, blocks, the temperature's chain rule: one method of the adapter's
Problem in each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from softjet.adapters._problem import Problem
from softjet.adapters._quick_ways import Ways
from softjet.adapters._row import Row
from softjet.rules import Rule
from softjet.rules._stable import Scaled


def has(*options: str) -> Callable[[Rule], bool]:
    return lambda rule: all(option in rule.options for option in options)


def always(rule: Rule) -> bool:
    return True


def with_problem(problem: type[Problem]) -> type:
    """A function whose calls are made of this kind of problem."""

    class Spoilt:
        def __init__(self, rule: Rule) -> None:
            super().__init__(rule)  # type: ignore[call-arg]
            self.quick = Ways()

        def _call(self, *arguments: Any) -> Any:
            return _swapped(super()._call(*arguments), problem)  # type: ignore[misc]

        def _reduced(self, *arguments: Any) -> Any:
            found = super()._reduced(*arguments)  # type: ignore[misc]
            return found._replace(call=_swapped(found.call, problem))

    return Spoilt


def _swapped(call: Any, problem: type[Problem]) -> Any:
    call.problem.__class__ = problem
    return call


class Kept(Problem):
    """A spoilt problem stays spoilt when it is frozen, and goes by the rule.

    What is spoilt is the way of the rule; that of the kernels is spoilt elsewhere.
    """

    def run(
        self, *modes: str, x_dot: tuple = (), y_bar: Any = None, into: Any = None
    ) -> list[Any]:
        return self._by_rule(modes, x_dot, y_bar)

    def frozen(self) -> Problem:
        copy = super().frozen()
        copy.__class__ = type(self)
        return copy


def _unchained(*modes: str) -> type[Problem]:
    class Unchained(Kept):
        def _mended(self, mode: str, *rest: Any) -> Any:
            parts = super()._mended(mode, *rest)
            factor = self.temperature if mode in modes else 1.0
            return tuple(part * factor for part in parts)

    return Unchained


class ColdLogits(Kept):
    def _scaled(self, x: Any, special: Any = None) -> Any:
        return x


class HeatedSink(Kept):
    def _scaled(self, x: Any, special: Any = None) -> Any:
        return Scaled(x, np.zeros_like(x), self.temperature)


class DeadSeedRead(Kept):
    def _beside_sink(self, wide: Any, row: Row) -> Any:
        return super()._beside_sink(wide, row._replace(live=None))


class MaskLeaks(Kept):
    """Masked with -10 where -inf was meant."""

    def row(self, x: Any, block: slice) -> Row:
        masked, self.live = self.live, None
        try:
            if masked is not None:
                x = np.where(masked[block], x, -10.0)
            return super().row(x, block)
        finally:
            self.live = masked


class MaskedAfter(Kept):
    """Probabilities first, the mask on top of them."""

    def row(self, x: Any, block: slice) -> Row:
        found = super().row(x, block)
        if self.live is None or isinstance(found.x, Scaled):
            return found
        plain = x.astype(np.float64)
        plain = np.where(np.isfinite(plain), plain, -np.inf)
        return found._replace(
            x=np.concatenate((plain, found.x[:, plain.shape[1] :]), -1)
        )


class SinkDropped(Kept):
    def row(self, x: Any, block: slice) -> Row:
        if self.sink is not None:
            self.sink = np.full_like(self.sink, -np.inf)
        return super().row(x, block)


class InPlace(Kept):
    def row(self, x: Any, block: slice) -> Row:
        x -= x.dtype.type(1)
        return super().row(x, block)


class Narrow(Kept):
    def row(self, x: Any, block: slice) -> Row:
        return super().row(x.astype(np.float32), block)


class RowsExchanged(Kept):
    def run(self, *modes: str, **seeds: Any) -> Any:
        turned = []
        for answer in super().run(*modes, **seeds):
            parts = answer if isinstance(answer, tuple) else (answer,)
            parts = tuple(part[::-1] for part in parts)
            turned.append(parts if isinstance(answer, tuple) else parts[0])
        return turned


class FirstBlockSeeds(Kept):
    """Every block pulls back the first block's cotangent."""

    def _block(self, block: slice, modes: Any, x_dot: Any, y_bar: Any) -> Any:
        if y_bar is not None:
            y_bar = y_bar.copy()
            y_bar[block] = y_bar[: block.stop - block.start]
        return super()._block(block, modes, x_dot, y_bar)


class NotFrozen(Problem):
    def frozen(self) -> Problem:
        return self


class SmoothedOverTheDead(Kept):
    def _block(self, block: slice, *rest: Any) -> Any:
        given = self.given
        assert given is not None
        self.given = lambda part, live: given(part, None)
        try:
            yield from super()._block(block, *rest)
        finally:
            self.given = given


PROBLEMS: dict[str, tuple[Callable[[Rule], bool], type[Problem]]] = {
    "temperature not chained in the pushforward": (
        has("temperature"),
        _unchained("pushforward"),
    ),
    "temperature not chained in the pullback": (
        has("temperature"),
        _unchained("pullback"),
    ),
    "temperature chained once in the curvature": (
        has("temperature"),
        _unchained("curvature"),
    ),
    "temperature chained nowhere": (
        has("temperature"),
        _unchained("pushforward", "pullback", "curvature"),
    ),
    "temperature forgotten": (has("temperature"), ColdLogits),
    "temperature divides the sink": (has("temperature", "sink"), HeatedSink),
    "dead seed read": (always, DeadSeedRead),
    "masked with -10": (has("where", "axis"), MaskLeaks),
    "masked after the sum": (has("where", "axis"), MaskedAfter),
    "sink dropped": (has("sink"), SinkDropped),
    "input shifted in place": (always, InPlace),
    "computed in float32": (always, Narrow),
    "rows exchanged": (always, RowsExchanged),
    "first block's seeds for all": (always, FirstBlockSeeds),
    "pullback reads the inputs again": (always, NotFrozen),
    "smoothed over dead classes": (has("label_smoothing"), SmoothedOverTheDead),
}
