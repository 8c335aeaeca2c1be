"""Every rule on JAX arrays, and the JAX function made from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from frameworks._cases import (
    Array,
    Case,
    answers,
    dense,
    excess,
    expected,
    ordinary,
    row,
    stress,
)
from frameworks._jax_function import function, jax, jnp
from softjet.rules import MODES, RULES, Rule

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=str)
both_widths = pytest.mark.parametrize("dtype", [np.float64, np.float32])
# Whether a derivative is the right one does not depend on how hard LLVM tries, and
# compiling without its optimiser takes half the time.
QUICK = {"xla_backend_optimization_level": 0}


@pytest.fixture(autouse=True)
def _float64() -> Iterator[None]:
    """JAX rounds float64 to float32 unless asked not to; asked here and no further."""
    with jax.enable_x64(True):
        yield


def flushed(dtype: type) -> float:
    """What may be lost below the smallest normal number: XLA sets it to 0 on CPUs."""
    return 4 * float(np.finfo(dtype).tiny)


def parts(case: Case) -> tuple[Any, ...]:
    there = case.map(jnp.asarray)
    return there.primals, there.given, there.tangents, there.cotangent


def derived(rule: Rule, case: Case) -> dict[str, tuple[Any, ...]]:
    """Value, JVP, VJP, and forward over reverse, all by JAX from the function."""
    f = function(rule)

    def at(*primals: Any) -> Any:
        return f(*primals, *case.given)

    def pulled(*primals: Any) -> tuple[Any, ...]:
        return jax.vjp(at, *primals)[1](case.cotangent)

    y, y_dot = jax.jvp(at, case.primals, case.tangents)
    x_bar, curvature = jax.jvp(pulled, case.primals, case.tangents)
    return {
        "value": (y,),
        "pushforward": (y_dot,),
        "pullback": x_bar,
        "curvature": curvature,
    }


@both_widths
@every_rule
def test_the_formulas_give_numpys_numbers_under_jit(rule: Rule, dtype: type) -> None:
    case = stress(rule, dtype)
    found = jax.jit(lambda *args: answers(rule, jnp, Case(*args)))(*parts(case))
    for mode in MODES:
        assert excess(rule, case, mode, found[mode], flushed(dtype)) <= 1, mode


@every_rule
def test_the_function_gives_numpys_numbers(rule: Rule) -> None:
    case = stress(rule, np.float64)
    found = derived(rule, Case(*parts(case)))
    for mode in MODES:
        assert excess(rule, case, mode, found[mode], flushed(np.float64)) <= 1, mode


@every_rule
def test_the_function_gives_numpys_numbers_under_jit(rule: Rule) -> None:
    case = stress(rule, np.float32)
    found = jax.jit(lambda *args: derived(rule, Case(*args)))(*parts(case))
    for mode in MODES:
        floor: Any = flushed(np.float32)
        if (rule.name, mode) == ("softmax", "pullback"):
            floor = floor + _fused(case)
        assert excess(rule, case, mode, found[mode], floor) <= 1, mode


def _fused(case: Case) -> Array:
    """What XLA may lose of a transposed softmax, at the largest entry of a sure row.

    The transpose of y C(g) ends in h - sum(h), where the two h cancel.  Op by op they
    are equal to the last bit; XLA computes them twice and rounds one with a fused
    multiply-add (limited to AVX, which has none, it loses nothing).  What is left is
    the rounding of one product.  The rule's own pullback, whose differences come
    before its products, does not lose it.
    """
    (y,) = expected(RULES["softmax"], case)["value"]
    sure = np.where(y >= 0.5, np.abs(case.cotangent), 0.0)
    return np.finfo(y.dtype).eps / 2 * sure


@every_rule
def test_dead_entries_leave_no_nan(rule: Rule) -> None:
    case = stress(rule, np.float64).map(jnp.asarray)
    assert jnp.isneginf(case.primals[0]).sum() == 2
    assert not jnp.isnan(function(rule)(*case.primals, *case.given)).any()


def check_first_and_second_order(rule: Rule) -> None:
    """jacfwd, grad or jacrev, hessian, under vmap and jit, against the rule's verbs.

    `traced` differentiates the text of the value, of which the rule's derivatives know
    nothing; where no rows tie and no logit is 0 the trace is right.
    """
    case, f = ordinary(rule), function(rule)
    reverse = jax.grad if rule.maps == "numbers" else jax.jacrev

    def derivatives(x: Any, given: Any) -> dict[str, Any]:
        def at(x: Any) -> Any:
            return f(*x, *given)

        def text(x: Any) -> Any:
            return rule.value(jnp, *x, *given)[0]

        return {
            "traced": jax.jacfwd(text)(x),
            "pushforward": jax.jacfwd(at)(x),
            "pullback": reverse(at)(x),
            "curvature": jax.hessian(at)(x),
        }

    rows = jnp.stack(case.primals, axis=1)
    given = tuple(map(jnp.asarray, case.given))
    found = jax.jit(jax.vmap(derivatives), compiler_options=QUICK)(rows, given)
    for index in range(len(rows)):
        wanted = dense(rule, row(case, index))
        for mode, got in found.items():
            _close(got[index], wanted.get(mode, wanted["pushforward"]))


def _close(got: Any, wanted: Array) -> None:
    scale = float(np.max(np.abs(wanted)))
    assert scale > 1e-3
    np.testing.assert_allclose(got, wanted, rtol=0.0, atol=1e-14 * scale)


@every_rule
def test_jacobians_and_hessians_are_the_rules_own(rule: Rule) -> None:
    check_first_and_second_order(rule)


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.given], ids=str)
def test_derivatives_along_targets_are_refused(rule: Rule) -> None:
    case = row(ordinary(rule), 0).map(jnp.asarray)
    f, (targets,) = function(rule), case.given
    for mode in (jax.jacrev, jax.jacfwd):
        with pytest.raises(TypeError, match="have no derivative"):
            mode(lambda t: f(*case.primals, t))(targets)


def _uncentred(xp: Any, y: Any, seed: Any) -> Any:
    return y * seed


MUTANTS: dict[str, dict[str, Callable[..., Any]]] = {
    "pullback without centring": {"pullback": _uncentred},
    "pushforward without centring": {"pushforward": _uncentred},
    "both without centring": {"pushforward": _uncentred, "pullback": _uncentred},
    "curvature too large by 0.1 %": {
        "curvature": lambda *a: 1.001 * RULES["softmax"].curvature(*a)
    },
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=list(MUTANTS))
def test_a_wrong_rule_is_caught(change: dict[str, Any]) -> None:
    wrong = dataclasses.replace(RULES["softmax"], **change)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_first_and_second_order(wrong)
