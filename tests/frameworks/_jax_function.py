"""The JAX function of any rule: its value, with the pushforward as custom JVP.

JAX makes reverse mode by transposing the pushforward, which is linear in its tangent,
and second order by tracing the formulas of the pushforward and of what it reads.  The
pullback and the curvature of the rule are not used, so they are independent of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from softjet.rules import Rule

NEEDS = "needs JAX: pip install 'softjet[frameworks]'"
jax = pytest.importorskip("jax", reason=NEEDS)
jnp = pytest.importorskip("jax.numpy", reason=NEEDS)


def function(rule: Rule) -> Callable[..., Any]:
    """The JAX function of a rule, for grad, jvp, vjp, hessian, vmap and jit.

    Takes the primals, then the given arguments, which are not differentiated.
    """
    count = len(rule.primals)

    @jax.custom_jvp
    def value(*inputs: Any) -> Any:
        return rule.value(jnp, *inputs)[0]

    def jvp(inputs: Any, seeds: Any) -> tuple[Any, Any]:
        if not all(map(_missing, seeds[count:])):
            raise TypeError(f"{rule}: {rule.given} have no derivative in the rule")
        pairs = zip(inputs[:count], seeds[:count], strict=True)
        x_dot = [jnp.zeros_like(x) if _missing(dot) else dot for x, dot in pairs]
        y, kept = rule.value(jnp, *inputs)
        return y, rule.pushforward(jnp, kept, *x_dot)

    # A missing tangent is told from 0, so that one of targets can be refused.
    value.defjvp(jvp, symbolic_zeros=True)
    return value


def _missing(seed: Any) -> bool:
    return isinstance(seed, jax.custom_derivatives.SymbolicZero)
