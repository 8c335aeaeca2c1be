"""Every rule obeys every law it claims, and claims every law it obeys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from _mutants import probes
from softjet.adapters.numpy import function_of
from softjet.check.laws import LAWS, Law, laws_of
from softjet.check.laws._law import Comparison, broken
from softjet.check.laws._line import NODES, quadrature
from softjet.rules import RULES, Rule

PAIRS = [(rule, law) for rule in RULES.values() for law in laws_of(rule)]
UNCLAIMED = [
    (rule, law)
    for rule in RULES.values()
    for law in LAWS.values()
    if law.applies(rule) and not law.binds(rule)
]


def _ids(pairs: list[tuple[Rule, Law]]) -> Iterator[str]:
    return (f"{rule}-{law}" for rule, law in pairs)


def _size(comparison: Comparison) -> int:
    return 1 if isinstance(comparison.want, str) else np.size(comparison.want)


@pytest.mark.parametrize(("rule", "law"), PAIRS, ids=_ids(PAIRS))
def test_the_rule_obeys(rule: Rule, law: Law) -> None:
    function = function_of(rule)
    found = [str(b) for probe in probes(rule.name) for b in law(function, probe)]
    assert not found, "\n".join(found[:5])


@pytest.mark.parametrize(("rule", "law"), PAIRS, ids=_ids(PAIRS))
def test_the_law_has_something_to_say(rule: Rule, law: Law) -> None:
    # A law that skips every probe of a rule would hold for anything.
    function, sizes = function_of(rule), 0
    for probe in probes(rule.name)[:2]:
        with np.errstate(all="ignore"):
            for comparison in law.compare(function, probe):
                sizes += _size(comparison)
                if sizes >= 3:
                    return
    pytest.fail(f"{law} says {sizes} things of {rule}")


@pytest.mark.parametrize(("rule", "law"), UNCLAIMED, ids=_ids(UNCLAIMED))
def test_an_unclaimed_law_does_not_hold(rule: Rule, law: Law) -> None:
    function = function_of(rule)
    assert any(True for probe in probes(rule.name) for _ in law(function, probe)), (
        f"{rule} obeys {law}: claim it"
    )


def test_every_claim_names_a_law() -> None:
    for rule in RULES.values():
        for name in rule.laws:
            assert LAWS[name].applies(rule), f"{name} has no meaning for {rule}"
            assert not LAWS[name].universal, f"{name} binds {rule} without a claim"


def test_a_law_is_a_name_and_a_sentence() -> None:
    for name, law in LAWS.items():
        assert name == law.name == str(law)
        assert law.says.endswith(".")


def test_probes_cannot_be_fooled() -> None:
    for name, rule in RULES.items():
        for probe in probes(name):
            x = probe.primals[0]
            assert x.shape[0] > 1
            assert x.shape[0] != x.shape[probe.axis]
            for seed in (*probe.tangents, *probe.directions, probe.cotangent):
                assert np.ptp(seed) > 0.5, f"{name} {probe.name}: a constant seed"
            assert not np.allclose(probe.tangents[0], probe.directions[0])
            assert rule is probe.rule


def test_the_quadrature_is_exact_for_polynomials() -> None:
    nodes, weights = quadrature()
    assert np.all(nodes * 4096 == np.round(nodes * 4096))
    assert np.all(weights > 0)
    for power in range(NODES):
        assert abs(weights @ nodes**power - 1 / (power + 1)) < 4e-16


def test_the_quadrature_is_exact_to_rounding_where_the_laws_use_it() -> None:
    # The derivative of log(1 + exp(z)) along a line of length 1/4: log of a ratio.
    nodes, weights = quadrature()
    for z in (-30.0, -1.0, 0.0, 2.0):
        slope = 0.25 / (1 + np.exp(-(z + 0.25 * nodes)))
        change = np.log1p(np.exp(z) * np.expm1(0.25) / (1 + np.exp(z)))
        assert abs(weights @ slope - change) <= 4e-16 * change


def _verdict(got: object, want: object, allowed: object, **more: object) -> object:
    comparison = Comparison("value", got, want, allowed, **more)  # type: ignore[arg-type]
    return broken("law", "probe", comparison)


def test_a_comparison_names_the_worst_entry() -> None:
    got, want = np.array([1.0, 2.0, 3.5]), np.array([1.0, 2.1, 3.0])
    found = _verdict(got, want, 0.01)
    assert found is not None
    assert (found.entry, found.got, found.want) == ((2,), 3.5, 3.0)
    assert "at (2,): got 3.5, want 3.0, allowed 0.01" in str(found)
    assert _verdict(got, want, 0.6) is None


def test_nan_is_never_right_by_tolerance() -> None:
    nan = np.array([np.nan])
    assert _verdict(nan, np.array([1.0]), np.inf) is not None
    assert _verdict(np.array([1.0]), nan, np.inf) is not None
    assert _verdict(np.array([1.0]), np.array([2.0]), nan) is not None
    assert _verdict(nan, nan, 0.0) is None


def test_infinities_shapes_and_facts_are_compared() -> None:
    inf = np.array([np.inf])
    assert _verdict(inf, inf, 0.0) is None
    assert _verdict(-inf, inf, 1e300) is not None
    assert _verdict(np.ones(2), np.ones(3), 9.0) is not None
    assert _verdict("float32", "float64", 0.0) is not None
    assert _verdict(np.array([0.0]), np.array([1.0]), 0.5, at_least=True) is not None
    assert _verdict(np.array([9.0]), np.array([1.0]), 0.5, at_least=True) is None
