"""The laws have teeth: every mutant of every rule in every mode is caught.

tests/_mutants.py lists the mutants and prints the counts.
"""

from __future__ import annotations

import pytest

from _mutants import (
    SAME,
    Mutant,
    first_broken,
    judged,
    laws,
    listed,
    mutants,
    probes,
)
from softjet.adapters.numpy import function_of
from softjet.check.laws import LAWS, Broken, laws_of
from softjet.rules import MODES, RULES


def _different(rule: str) -> list[Mutant]:
    return [m for m in mutants(rule) if not listed(SAME, rule, m.name)]


@pytest.mark.parametrize("rule", RULES)
def test_every_mutant_is_caught(rule: str) -> None:
    verdicts = {str(m): judged(m) for m in _different(rule)}
    survivors = [name for name, verdict in verdicts.items() if not verdict.caught]
    assert not survivors
    # Not by an accident of shapes: some law says what is wrong with each of them.
    raised = [
        n for n, v in verdicts.items() if v.structural is None and v.exact is None
    ]
    assert not raised
    # The oracle is a second witness, never the only one.
    assert not [
        name for name, verdict in verdicts.items() if verdict.structural is None
    ]


@pytest.mark.parametrize("rule", RULES)
def test_what_is_left_out_is_the_rule_itself(rule: str) -> None:
    for mutant in mutants(rule):
        if listed(SAME, rule, mutant.name):
            # Three probes: what is the rule itself is so on all of them.
            every = laws_of(RULES[rule])
            assert first_broken(mutant, every, most=3) is None, str(mutant)


def test_every_reason_to_leave_out_is_used() -> None:
    for line in SAME:
        rules, pattern, reason = line
        names = [(rule, m.name) for rule in rules for m in mutants(rule)]
        used = any(listed((line,), *name) for name in names)
        assert used, f"{pattern}: {reason}"


@pytest.mark.parametrize("rule", RULES)
def test_every_mode_has_mutants(rule: str) -> None:
    fields = [m.name.split(":")[0] for m in _different(rule)]
    parts = ("jacobian", "recall")
    wanted = [*MODES, "adapter"]
    wanted += [part for part in parts if getattr(RULES[rule], part) is not None]
    for field in wanted:
        assert fields.count(field) >= 4


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_every_law_catches_a_mutant(law: object) -> None:
    # By itself, with no other law to help it.
    for rule in RULES.values():
        if law in laws_of(rule):  # type: ignore[comparison-overlap]
            # Backwards: what only one law sees is a mutant of the adapter, or classic.
            for mutant in reversed(_different(rule.name)):
                if isinstance(first_broken(mutant, (law,)), Broken):  # type: ignore[arg-type]
                    return
    pytest.fail(f"{law} catches nothing")


def test_names_are_told_apart() -> None:
    for rule in RULES:
        names = [m.name for m in mutants(rule)]
        assert len(set(names)) == len(names)


def test_the_true_function_survives_what_the_mutants_do_not() -> None:
    rule = RULES["softmax"]
    true = Mutant(rule, "true", function_of(rule))
    assert not judged(true).caught
    assert len(probes("softmax")) >= 8
    assert laws(rule, exact=True)
