"""Rules that jax.test_util.check_grads passes, and that are wrong: found, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="needs jax: pip install 'softjet[frameworks]'")

from jax import numpy as jnp  # noqa: E402
from jax.test_util import check_grads  # noqa: E402

from softjet.check.diagnose import diagnose  # noqa: E402

Array = Any
# Whether a derivative is right does not depend on how hard LLVM tries.
QUICK = {"xla_backend_optimization_level": 0}
# In forward mode and float32 its tolerance grows with the size of the output, so on an
# ordinary batch it passes all of these.
WRONG: dict[str, Callable[[Array, Array], Array]] = {
    "zero": lambda y, v: 0 * v,
    "diagonal only": lambda y, v: y * (1 - y) * v,
    "no centring": lambda y, v: y * v,
    "wrong axis": lambda y, v: y * (v - (y * v).sum(0)),
}


def _right(y: Array, v: Array) -> Array:
    return y * (v - (y * v).sum(-1, keepdims=True))


def _function(rule: Callable[[Array, Array], Array]) -> Any:
    @jax.custom_jvp
    def softmax(x: Array) -> Array:
        e = jnp.exp(x - x.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    @softmax.defjvp
    def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
        y = softmax(primals[0])
        return y, rule(y, tangents[0])

    return softmax


@pytest.mark.parametrize("name", WRONG)
def test_what_check_grads_passes_is_found(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(8, 16)).astype(np.float32)
    check_grads(_function(WRONG[name]), (x,), order=1, modes=("fwd",))
    verdict = diagnose(jvp=_pushforward(name))
    assert verdict.findings


def test_a_custom_rule_is_judged_by_what_autograd_makes_of_it() -> None:
    function = jax.jit(_function(WRONG["diagonal only"]), compiler_options=QUICK)
    verdict = diagnose(lambda x: function(x))
    assert "SJ001" in verdict.codes
    assert verdict.layout == "rows"


def test_a_right_one_passes() -> None:
    verdict = diagnose(jvp=_pushforward("right"))
    assert verdict.ok
    assert verdict.trials >= 15


def _pushforward(name: str) -> Callable[[Array, Array], Array]:
    """What a user of the function gets from jax.jvp."""
    function = _function(WRONG.get(name, _right))

    def pushforward(x: Array, x_dot: Array) -> Array:
        return jax.jvp(function, (x,), (x_dot,))[1]

    quick = jax.jit(pushforward, compiler_options=QUICK)
    return lambda x, x_dot: quick(x, x_dot)
