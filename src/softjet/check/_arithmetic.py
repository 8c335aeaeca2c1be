"""Two arithmetics for answers with everything stored: float64, and sixty digits.

Both have the same words; `wide` takes an array of any dtype in.  Sixty digits are
arrays of mpf: slow, so for a few hundred entries; work with them inside `exactly()`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from mpmath import mp, mpf

import softjet as sj

from . import oracle

Array = Any
INF = np.inf


class Float64:
    """softjet's own functions of stored scores, whose errors are a few 2^-53."""

    def exactly(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def wide(self, x: Array) -> Array:
        return np.asarray(x).astype(np.float64)

    def tanh(self, x: Array) -> Array:
        return np.tanh(x)

    def logsumexp(self, x: Array, **options: Any) -> Array:
        return sj.logsumexp(x, **options)

    def softmax(self, x: Array, **options: Any) -> Array:
        return sj.softmax(x, **options)

    def log_softmax(self, x: Array) -> Array:
        return sj.log_softmax(x)

    def pushed(self, x: Array, x_dot: Array, **options: Any) -> Array:
        """The pushforward of softmax."""
        return sj.softmax.jvp(x, x_dot, **options)[1]

    def log_pushed(self, x: Array, x_dot: Array) -> Array:
        """The pushforward of log_softmax."""
        return sj.log_softmax.jvp(x, x_dot)[1]

    def pulled(self, x: Array, y_bar: Array, **options: Any) -> Array:
        return sj.softmax.vjp(x, **options)[1](y_bar)

    def curved(self, x: Array, x_dot: Array, y_bar: Array, **options: Any) -> Array:
        return sj.softmax.curvature(x, x_dot, y_bar, **options)


class SixtyDigits:
    """The oracle, row by row, around mpmath's products."""

    def exactly(self) -> AbstractContextManager[Any]:
        return mp.workdps(80)

    def wide(self, x: Array) -> Array:
        numbers = np.asarray(x).astype(np.float64)
        found = np.empty(numbers.shape, object)
        for place in np.ndindex(numbers.shape):
            found[place] = mpf(float(numbers[place]))
        return found

    def tanh(self, x: Array) -> Array:
        return np.frompyfunc(mp.tanh, 1, 1)(x)

    def logsumexp(self, x: Array, **options: Any) -> Array:
        return self._numbers("logsumexp", x, **options)

    def softmax(self, x: Array, **options: Any) -> Array:
        return self._by_rows("softmax", oracle.value, x, (), **options)

    def log_softmax(self, x: Array) -> Array:
        return self._by_rows("log_softmax", oracle.value, x, ())

    def pushed(self, x: Array, x_dot: Array, **options: Any) -> Array:
        return self._by_rows("softmax", oracle.pushforward, x, (x_dot,), **options)

    def log_pushed(self, x: Array, x_dot: Array) -> Array:
        return self._by_rows("log_softmax", oracle.pushforward, x, (x_dot,))

    def pulled(self, x: Array, y_bar: Array, **options: Any) -> Array:
        return self._by_rows("softmax", oracle.pullback, x, (y_bar,), **options)

    def curved(self, x: Array, x_dot: Array, y_bar: Array, **options: Any) -> Array:
        return self._by_rows("softmax", oracle.curvature, x, (x_dot, y_bar), **options)

    def _by_rows(
        self, name: str, ask: Callable[..., Any], x: Array, seeds: Any, **options: Any
    ) -> Array:
        found = np.empty(x.shape, object)
        for place, row, sink in self._rows(x, **options):
            own = (list(seed[place]) for seed in seeds)
            found[place] = ask(name, row, *own, sink=sink)
        return found

    def _numbers(self, name: str, x: Array, **options: Any) -> Array:
        found = np.empty(x.shape[:-1], object)
        for place, row, sink in self._rows(x, **options):
            found[place] = oracle.value(name, row, sink=sink)
        return found

    def _rows(self, x: Array, where: Array = True, sink: Array = None) -> Any:
        live = np.broadcast_to(where, x.shape)
        sinks = None if sink is None else np.broadcast_to(sink, (*x.shape[:-1], 1))
        for place in np.ndindex(x.shape[:-1]):
            pairs = zip(x[place], live[place], strict=True)
            row = [a if on else -INF for a, on in pairs]
            yield place, row, None if sinks is None else float(sinks[place][0])


FLOAT64, SIXTY_DIGITS = Float64(), SixtyDigits()
Arithmetic = Float64 | SixtyDigits
