"""A derivative that is a little wrong is noticed: by a law, or by 80 digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alternatives._exact import answer
from alternatives.test_laws import PAIRS, RULES
from softjet.alternatives._function import function_of
from softjet.check.accuracy import Trial, judge, sizes
from softjet.check.laws import LAWS, probes_of
from softjet.rules import Rule

Mutation = Callable[[Rule, str], Callable[..., Any]]


def _times(factor: float) -> Mutation:
    def mutated(rule: Rule, mode: str) -> Callable[..., Any]:
        true = getattr(rule, mode)
        return lambda *arguments: factor * true(*arguments)

    return mutated


def _squared(rule: Rule, mode: str) -> Callable[..., Any]:
    """The derivative of a seed that was squared on its way in."""
    true = getattr(rule, mode)

    def mutated(xp: Any, kept: Any, *seeds: Any) -> Any:
        return true(xp, kept, *(s * abs(s) for s in seeds))

    return mutated


MUTATIONS = {"sign": _times(-1.0), "1 %": _times(1.01), "squared seed": _squared}
NAMES = [n for n in RULES if "," not in n and n != "hardmax"]
CASES = [
    (name, mode, mutation)
    for name in NAMES
    for mode in ("pushforward", "pullback", "curvature")
    for mutation in MUTATIONS
    if (name, mode) != ("sparsemax", "curvature")  # 0 times anything
]


@pytest.mark.parametrize(("name", "mode", "mutation"), CASES)
def test_a_mutant_is_caught(name: str, mode: str, mutation: str) -> None:
    rule = RULES[name]
    wrong = replace(rule, **{mode: MUTATIONS[mutation](rule, mode)})
    function: Any = function_of(wrong)
    assert _breaks_a_law(name, function) or _is_far_off(rule, function, mode)


def _breaks_a_law(name: str, function: Any) -> bool:
    laws = [LAWS["transpose"], LAWS["linear"]]
    known = {law.name for n, law in PAIRS if n == name}
    probes = probes_of(RULES[name])[:1]
    used = [law for law in laws if law.name in known]
    return any(True for law in used for p in probes for _ in law(function, p))


def _is_far_off(rule: Rule, function: Any, mode: str) -> bool:
    x, x_dot = np.array([0.7, -0.4, 0.5, 0.1]), np.array([1.0, 2.5, -1.0, 0.5])
    loss = bool(rule.given)
    bar = np.float64(1.3) if loss else np.array([0.5, -2.0, 1.0, 3.0])
    target = np.eye(4)[1] if loss else None
    given, told = ((target,), {"reduction": "none"}) if loss else ((), {})
    if mode == "pushforward":
        got = function.jvp(x, x_dot, *given, **told)[1]
    elif mode == "pullback":
        got = function.vjp(x, *given, **told)[1](bar)
    else:
        got = function.curvature(x, x_dot, *given, bar, **told)
    trial = Trial("mutant", (x,), given, (x_dot,), bar)
    want = answer(mode, rule.name, x, x_dot, bar, target)
    size = sizes(rule, mode, trial)
    return judge(np.ravel(got), want, size, rule.bounds[mode], "float64").share > 1
