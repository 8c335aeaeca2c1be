"""The alternatives obey the laws of functions of rows, and those that they claim."""

from __future__ import annotations

from typing import Any

import pytest

from softjet.alternatives import (
    brier_score,
    clipped_softmax,
    hardmax,
    sparsemax,
    spherical_softmax,
    squared_error,
    taylor_softmax,
)
from softjet.alternatives._function import function_of
from softjet.check.laws import LAWS, Law, probes_of

RULES = {
    "sparsemax": sparsemax.rule,
    "spherical_softmax": spherical_softmax.rule,
    "taylor_softmax": taylor_softmax.rule,
    "taylor_softmax, order 6": taylor_softmax.rule_of(6),
    "clipped_softmax": clipped_softmax.rule,
    "clipped_softmax, wide": clipped_softmax.rule_of(1.1, -0.2),
    "hardmax": hardmax.rule,
    "squared_error": squared_error.rule,
    "brier_score": brier_score.rule,
}
# A line through a kink has no quadrature; test_exact.py holds derivatives beside kinks.
KINKED = {"sparsemax", "clipped_softmax", "hardmax"}
INTEGRATE = {"derivative-integrates", "curvature-integrates"}


def _binds(name: str, law: Law) -> bool:
    rule = RULES[name]
    if rule.name in KINKED and law.name in INTEGRATE:
        return False
    if law.name == "jacobian" and rule.maps == "rows" and rule.jacobian is None:
        return False  # a matrix of entries feels a seed's offset: test_jacobian.py
    if law.name == "reduction":
        return False  # its mean is over the weights of targets: test_losses.py
    # Derivatives that are all 0 cannot feel an option.
    return law.binds(rule) and (rule.name, law.name) != ("hardmax", "options")


PAIRS = [
    (name, law)
    for name in RULES
    for law in LAWS.values()
    if _binds(name, law) and not law.exact
]
# "duplication" has the counts of the top level's functions alone.
UNCLAIMED = [
    (name, law)
    for name, rule in RULES.items()
    for law in LAWS.values()
    if law.applies(rule) and not law.binds(rule) and law.name != "duplication"
    if "," not in name
]


def _ids(pairs: list[tuple[str, Law]]) -> list[str]:
    return [f"{name}-{law}" for name, law in pairs]


@pytest.mark.parametrize(("name", "law"), PAIRS, ids=_ids(PAIRS))
def test_the_rule_obeys(name: str, law: Law) -> None:
    function: Any = function_of(RULES[name])
    probes = probes_of(RULES[name])
    found = [str(b) for probe in probes for b in law(function, probe)]
    assert not found, "\n".join(found[:5])


@pytest.mark.parametrize(("name", "law"), UNCLAIMED, ids=_ids(UNCLAIMED))
def test_an_unclaimed_law_does_not_hold(name: str, law: Law) -> None:
    function: Any = function_of(RULES[name])
    probes = probes_of(RULES[name])
    assert any(True for p in probes for _ in law(function, p)), f"claim {law}"
