"""Every rule on torch tensors, and the torch function made from it."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from frameworks._cases import (
    Array,
    Case,
    answers,
    dense,
    excess,
    ordinary,
    row,
    stress,
)
from frameworks._torch_function import function, torch, xp
from softjet.rules import MODES, RULES, Rule

pytestmark = [
    # torch loads its forward-mode decompositions through its own deprecated compiler,
    # once a process, at the first dual number; nothing here calls torch.jit.
    pytest.mark.filterwarnings(
        "ignore:`torch.jit.script` is deprecated:DeprecationWarning"
    ),
]
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=str)
both_widths = pytest.mark.parametrize("dtype", [np.float64, np.float32])
func: Any = torch.func
GradcheckError = importlib.import_module("torch.autograd.gradcheck").GradcheckError


def tensors(case: Case) -> Case:
    return case.map(torch.asarray)


def stacked(rule: Rule, case: Case) -> tuple[Callable[[Any], Any], Any]:
    """The rule as a function of one tensor, its primals stacked; and that tensor."""
    there = tensors(case)
    f = function(rule)
    return lambda x: f(*x.unbind(0), *there.given), torch.stack(there.primals)


def derived(rule: Rule, case: Case) -> dict[str, tuple[Any, ...]]:
    """Value, JVP, VJP, and forward over reverse, all by torch from the function."""
    there, f = tensors(case), function(rule)

    def at(*primals: Any) -> Any:
        return f(*primals, *there.given)

    def pulled(*primals: Any) -> tuple[Any, ...]:
        return func.vjp(at, *primals)[1](there.cotangent)

    y, y_dot = func.jvp(at, there.primals, there.tangents)
    x_bar, curvature = func.jvp(pulled, there.primals, there.tangents)
    return {
        "value": (y,),
        "pushforward": (y_dot,),
        "pullback": x_bar,
        "curvature": curvature,
    }


@both_widths
@every_rule
def test_the_formulas_give_numpys_numbers(rule: Rule, dtype: type) -> None:
    case = stress(rule, dtype)
    found = answers(rule, xp, tensors(case))
    for mode in MODES:
        assert excess(rule, case, mode, found[mode]) <= 1, mode


@both_widths
@every_rule
def test_the_function_gives_numpys_numbers(rule: Rule, dtype: type) -> None:
    case = stress(rule, dtype)
    found = derived(rule, case)
    for mode in MODES:
        got = [tensor.detach() for tensor in found[mode]]
        assert excess(rule, case, mode, tuple(got)) <= 1, mode


@every_rule
def test_dead_entries_leave_no_nan(rule: Rule) -> None:
    case = stress(rule, np.float64)
    assert np.isneginf(case.primals[0]).sum() == 2
    assert not any(bool(t.isnan().any()) for t in derived(rule, case)["value"])


@every_rule
def test_layout_is_not_felt(rule: Rule) -> None:
    case = tensors(stress(rule, np.float64))
    strided = case.map(lambda t: t.T.contiguous().T if t.ndim == 2 else t)
    assert not strided.primals[0].is_contiguous()
    plain, other = answers(rule, xp, case), answers(rule, xp, strided)
    for mode in MODES:
        for a, b in zip(plain[mode], other[mode], strict=True):
            assert torch.equal(a, b)


@every_rule
def test_the_formulas_stay_on_the_device_of_the_logits(rule: Rule) -> None:
    # The meta device computes shapes alone, and refuses to meet a tensor elsewhere.
    case = tensors(ordinary(rule)).map(lambda t: torch.nn.Parameter(t.to("meta")))
    found = answers(rule, xp, case)
    assert {t.device.type for mode in MODES for t in found[mode]} == {"meta"}


def check_first_and_second_order(rule: Rule) -> None:
    """gradcheck and gradgradcheck, reverse and forward, and each of them batched.

    Four classes: where a row has an odd number of entries the sum joins arrays, and
    the old vmap of these two checks (not torch.func.vmap, see below) cannot join.
    """
    case = tensors(ordinary(rule, rows=2, classes=4))
    f, primals = function(rule), [p.requires_grad_() for p in case.primals]

    def at(*primals: Any) -> Any:
        return f(*primals, *case.given)

    tolerance: dict[str, Any] = {"atol": 1e-8, "rtol": 1e-6, "check_batched_grad": True}
    torch.autograd.gradcheck(
        at,
        primals,
        check_forward_ad=True,
        check_batched_forward_grad=True,
        **tolerance,
    )
    torch.autograd.gradgradcheck(at, primals, check_fwd_over_rev=True, **tolerance)


@every_rule
def test_gradcheck_and_gradgradcheck(rule: Rule) -> None:
    check_first_and_second_order(rule)


@every_rule
def test_jacobians_and_hessians_are_the_rules_own(rule: Rule) -> None:
    case = row(ordinary(rule), 1)
    wanted = dense(rule, case)
    f, x = stacked(rule, case)
    forward, reverse = func.jacfwd, func.jacrev
    _close(forward(f)(x), wanted["pushforward"])
    _close(reverse(f)(x), wanted["pullback"])
    for outer, inner in [(forward, reverse), (reverse, reverse), (reverse, forward)]:
        _close(outer(inner(f))(x), wanted["curvature"])


def _close(got: Any, wanted: Array) -> None:
    scale = float(np.max(np.abs(wanted)))
    assert scale > 1e-3
    np.testing.assert_allclose(got.detach(), wanted, rtol=0.0, atol=1e-14 * scale)


@pytest.mark.parametrize("name", ["softplus", "log_sigmoid", "sigmoid"])
def test_the_kink_of_abs_is_not_felt(name: str) -> None:
    # torch says that abs has slope 0 at 0: traced, softplus would have slope 0 there.
    rule = RULES[name]
    x = torch.zeros(1, dtype=torch.float64)
    slope, bend = {
        "softplus": (0.5, 0.25),
        "log_sigmoid": (0.5, -0.25),
        "sigmoid": (0.25, 0.0),
    }[name]
    assert func.jacrev(function(rule))(x).item() == slope
    for outer, inner in [(func.jacfwd, func.jacrev), (func.jacrev, func.jacfwd)]:
        assert outer(inner(function(rule)))(x).item() == bend


@every_rule
def test_vmap_is_the_loop(rule: Rule) -> None:
    case = tensors(ordinary(rule))
    f, count = function(rule), len(rule.primals)

    def modes(*arguments: Any) -> tuple[Any, ...]:
        primals, given = arguments[:count], arguments[count : count + len(rule.given)]
        tangents, y_bar = arguments[-count - 1 : -1], arguments[-1]

        def pulled(*primals: Any) -> tuple[Any, ...]:
            return func.vjp(lambda *p: f(*p, *given), *primals)[1](y_bar)

        y, y_dot = func.jvp(lambda *p: f(*p, *given), primals, tangents)
        return y, y_dot, *pulled(*primals), *func.jvp(pulled, primals, tangents)[1]

    arguments = (*case.primals, *case.given, *case.tangents, case.cotangent)
    together = func.vmap(modes)(*arguments)
    for index in range(len(case.cotangent)):
        alone = modes(*(a[index] for a in arguments))
        for a, b in zip(together, alone, strict=True):
            torch.testing.assert_close(a[index], b, rtol=1e-13, atol=1e-15)


@every_rule
def test_what_a_rule_does_not_hold_is_an_error_not_zero(rule: Rule) -> None:
    f, x = stacked(rule, row(ordinary(rule), 0))
    forward, reverse = func.jacfwd, func.jacrev
    second = [reverse(reverse(f)), forward(reverse(f)), reverse(forward(f))]
    third = [over(g) for g in second for over in (forward, reverse)]
    for g in third:
        with pytest.raises(RuntimeError, match=f"{rule}: "):
            g(x)
    with pytest.raises(RuntimeError, match="forward over forward is not in the rule"):
        forward(forward(f))(x)


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.given], ids=str)
def test_derivatives_along_targets_are_refused(rule: Rule) -> None:
    case = tensors(row(ordinary(rule), 0))
    f, (targets,) = function(rule), case.given
    for mode in (func.jacrev, func.jacfwd):
        with pytest.raises(RuntimeError, match="have no derivative"):
            mode(lambda t: f(*case.primals, t))(targets)


def _uncentred(xp: Any, y: Any, y_bar: Any) -> Any:
    return y * y_bar


MUTANTS = {
    "pullback without centring": {"pullback": _uncentred},
    "pushforward without centring": {"pushforward": _uncentred},
    "curvature too large by 0.1 %": {
        "curvature": lambda *a: 1.001 * RULES["softmax"].curvature(*a)
    },
    "curvature without its second term": {
        "curvature": lambda xp, y, a, b: y * (a - xp.sum(y * a)) * (b - xp.sum(y * b))
    },
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=list(MUTANTS))
def test_a_wrong_rule_is_caught(change: dict[str, Any]) -> None:
    wrong = dataclasses.replace(RULES["softmax"], **change)
    with pytest.raises(GradcheckError):
        check_first_and_second_order(wrong)
