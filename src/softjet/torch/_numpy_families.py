"""softjet's functions by family: the four verbs of torch's carriers, on arrays.

A function's own modes do the work.  Where a mode gives more than is asked for, as jvp
gives the value too, what lies behind the mode is asked for the rest alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import softjet

from ..fused import _linear_call as linear_call
from ..fused.linear_cross_entropy import linear_cross_entropy

Array = Any
Arrays = tuple[Any, ...]
Options = dict[str, Any]
Pulling = Callable[[Array], Arrays]


class Family:
    """A function of one array: entries, rows and numbers."""

    def __init__(self, name: str) -> None:
        self.function = getattr(softjet, name)

    def value(self, arrays: Arrays, options: Options) -> Array:
        return self.function(*arrays, **options)

    def pushforward(self, arrays: Arrays, options: Options, tangents: Arrays) -> Array:
        function, (x,), (x_dot,) = self.function, arrays, tangents
        quick = function.quick["jvp"](options, x, x_dot)
        if quick is not None:
            return quick[1]
        call = function._call(x, dict(options), "jvp")
        seeds = function._tangents(call, x_dot)
        return function._value(call, call.problem.run("pushforward", x_dot=seeds)[0])

    def pullback(self, arrays: Arrays, options: Options, cotangent: Array) -> Arrays:
        return (self.function._pullback(*arrays, options)(cotangent),)

    def curvature(
        self, arrays: Arrays, options: Options, tangents: Arrays, cotangent: Array
    ) -> Arrays:
        first, *targets = arrays
        seeds = tangents[0], *targets, cotangent
        return (self.function.curvature(first, *seeds, **options),)

    def linearised(
        self, arrays: Arrays, options: Options
    ) -> tuple[Array, Pulling] | None:
        """The value and its pullback, where that spares work: nowhere here."""
        return None


class Loss(Family):
    """Logits and targets to a loss."""

    def pushforward(self, arrays: Arrays, options: Options, tangents: Arrays) -> Array:
        (logits, targets), (logits_dot,) = arrays, tangents
        return self.function.jvp(logits, logits_dot, targets, **options)[1]

    def linearised(
        self, arrays: Arrays, options: Options
    ) -> tuple[Array, Pulling] | None:
        if options.get("reduction") == "none" or _narrow(arrays[0]):
            return None
        loss, gradient = self.function.value_and_grad(*arrays, **options)
        return loss, _scaled((gradient,))


class Linear(Family):
    """The last layer and its loss; arrays are h, W, b or None, targets."""

    def value(self, arrays: Arrays, options: Options) -> Array:
        h, W, b, targets = arrays
        return linear_cross_entropy(h, W, targets, bias=b, **options)

    def pushforward(self, arrays: Arrays, options: Options, tangents: Arrays) -> Array:
        primals, targets = _layer(arrays)
        seeds = tangents[: len(primals)]
        return linear_cross_entropy.jvp(primals, seeds, targets, **options)[1]

    def pullback(self, arrays: Arrays, options: Options, cotangent: Array) -> Arrays:
        primals, targets = _layer(arrays)
        called = "linear_cross_entropy.vjp"
        given = (*primals, None)[:3]
        call = linear_call.read_call(given, targets, options, called, holds=True)
        bar = np.asarray(cotangent).astype(np.float64)
        return linear_call.gradients_of(call, bar)[1]

    def curvature(
        self, arrays: Arrays, options: Options, tangents: Arrays, cotangent: Array
    ) -> Arrays:
        primals, targets = _layer(arrays)
        seeds = tangents[: len(primals)]
        return linear_cross_entropy.curvature(
            primals, seeds, targets, cotangent, **options
        )

    def linearised(
        self, arrays: Arrays, options: Options
    ) -> tuple[Array, Pulling] | None:
        if options.get("reduction") == "none" or _narrow(arrays[0]):
            return None
        primals, targets = _layer(arrays)
        loss, bars = linear_cross_entropy.value_and_grad(primals, targets, **options)
        return loss, _scaled(bars)


class Attention(Family):
    """q, k, v together."""

    def pushforward(self, arrays: Arrays, options: Options, tangents: Arrays) -> Array:
        return self.function.jvp(arrays, tangents, **options)[1]

    def pullback(self, arrays: Arrays, options: Options, cotangent: Array) -> Arrays:
        return self.function.vjp(arrays, **options)[1](cotangent)

    def curvature(
        self, arrays: Arrays, options: Options, tangents: Arrays, cotangent: Array
    ) -> Arrays:
        return self.function.curvature(arrays, tangents, cotangent, **options)

    def linearised(
        self, arrays: Arrays, options: Options
    ) -> tuple[Array, Pulling] | None:
        return self.function.vjp(arrays, **options)


def _layer(arrays: Arrays) -> tuple[Arrays, Array]:
    h, W, b, targets = arrays
    return ((h, W) if b is None else (h, W, b)), targets


def _narrow(x: Array) -> bool:
    """Whether gradients of a mean underflow before the scale of a loss lifts them."""
    return x.dtype == np.float16


def _scaled(gradients: Arrays) -> Pulling:
    """Gradients that are given away once, times the cotangent of the loss, in place."""

    def pull(cotangent: Array) -> Arrays:
        scale, arrays = float(cotangent), tuple(np.asarray(g) for g in gradients)
        if scale != 1.0:
            with np.errstate(all="ignore"):  # too large for the dtype: infinity
                for array in arrays:
                    np.multiply(array, array.dtype.type(scale), out=array)
        return arrays

    return pull


FAMILIES: dict[str, Family] = {
    **{
        name: Family(name)
        for name in (
            "logsumexp",
            "softmax",
            "log_softmax",
            "sigmoid",
            "log_sigmoid",
            "softplus",
        )
    },
    "cross_entropy": Loss("cross_entropy"),
    "binary_cross_entropy": Loss("binary_cross_entropy"),
    "linear_cross_entropy": Linear("linear_cross_entropy"),
    "attention": Attention("attention"),
}
