"""The short ways of functions of entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._quick import Options, Quick, kernels_for, parted, room


def _value(name: str) -> Quick:
    def value(options: Options, x: Any) -> Any:
        out, others = parted(options, "out", None)
        if others or not (kernels := kernels_for(x, ())):
            return None
        if (y := room(out, x, x.shape)) is None:
            return None
        getattr(kernels, name).value(x.ravel(), y.ravel(), 0, x.size)
        return y

    return value


def _alone(name: str) -> Quick:
    """A vjp's value takes no `out`."""
    value = _value(name)
    return lambda options, x: None if options else value(options, x)


def _jvp(name: str) -> Quick:
    def jvp(options: Options, x: Any, x_dot: Any) -> Any:
        if options or not (kernels := kernels_for(x, (x_dot,))):
            return None
        kernel, flat = getattr(kernels, name), x.ravel()
        y, y_dot = np.empty_like(x), np.empty_like(x)
        kernel.value(flat, y.ravel(), 0, x.size)
        kernel.pushforward(flat, x_dot.ravel(), y_dot.ravel(), 0, x.size)
        return y, y_dot

    return jvp


def _pullback(name: str) -> Quick:
    def pullback(options: Options, x: Any, y_bar: Any) -> Any:
        if options or not (kernels := kernels_for(x, (y_bar,))):
            return None
        v = np.empty_like(x)
        pushforward = getattr(kernels, name).pushforward
        pushforward(x.ravel(), y_bar.ravel(), v.ravel(), 0, x.size)
        return v

    return pullback


def _curvature(name: str) -> Quick:
    def curvature(options: Options, x: Any, x_dot: Any, y_bar: Any) -> Any:
        if options or not (kernels := kernels_for(x, (x_dot, y_bar))):
            return None
        v, seeds = np.empty_like(x), (x_dot.ravel(), y_bar.ravel())
        getattr(kernels, name).curvature(x.ravel(), *seeds, v.ravel(), 0, x.size)
        return v

    return curvature


WAYS: dict[str, dict[str, Quick]] = {
    name: {
        "call": _value(name),
        "jvp": _jvp(name),
        "vjp": _alone(name),
        "pullback": _pullback(name),
        "curvature": _curvature(name),
    }
    for name in ("sigmoid", "softplus", "log_sigmoid")
}
