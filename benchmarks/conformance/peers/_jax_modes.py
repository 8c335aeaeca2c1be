"""How JAX is asked: by its own transforms, with 64-bit numbers, on the CPU."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Function


def _closed(function: Function, case: Case) -> Any:
    given = [jnp.asarray(part) for part in case.given]
    return lambda x: function(x, *given)


def _bar(value: Any, case: Case) -> Any:
    return jnp.ones_like(value) if case.y_bar is None else jnp.asarray(case.y_bar)


def value(function: Function, case: Case) -> Array:
    with jax.enable_x64(True):
        return np.asarray(_closed(function, case)(jnp.asarray(case.x)))


def pushforward(function: Function, case: Case) -> Array:
    with jax.enable_x64(True):
        x, x_dot = jnp.asarray(case.x), jnp.asarray(case.x_dot)
        return np.asarray(jax.jvp(_closed(function, case), (x,), (x_dot,))[1])


def pullback(function: Function, case: Case) -> Array:
    with jax.enable_x64(True):
        found, pull = jax.vjp(_closed(function, case), jnp.asarray(case.x))
        return np.asarray(pull(_bar(found, case))[0])


def curvature(function: Function, case: Case) -> Array:
    with jax.enable_x64(True):
        closed = _closed(function, case)

        def slope(x: Any) -> Any:
            found, pull = jax.vjp(closed, x)
            return pull(_bar(found, case))[0]

        x, x_dot = jnp.asarray(case.x), jnp.asarray(case.x_dot)
        return np.asarray(jax.jvp(slope, (x,), (x_dot,))[1])


MODES = {
    "value": value,
    "pushforward": pushforward,
    "pullback": pullback,
    "curvature": curvature,
}
