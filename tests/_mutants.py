"""Every mutant, and what catches it.

    PYTHONPATH=src:tests python tests/_mutants.py

prints how many laws there are, how many pairs of rule and law are run, and how many
mutants are caught by the laws that need no oracle, by the oracle alone, and by nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from _adapter_mutants import adapter_mutants
from _classic import classic
from _mechanical import mechanical
from softjet.adapters.numpy import function_of
from softjet.check.laws import LAWS, Broken, Law, Probe, laws_of, probes_of
from softjet.rules import RULES, Rule

ENTRIES = ("softplus", "sigmoid", "log_sigmoid", "binary_cross_entropy")
ROWWISE = tuple(name for name in RULES if name not in ENTRIES)
NUMBERS = tuple(name for name, rule in RULES.items() if rule.maps == "numbers")

# Mutants that are the rule itself, by rule and pattern, and why.  The test runs them
# all the same and asserts that no law can tell them from the rule.
SAME: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (ENTRIES, "*: seed*the first entry's for all", "an entry is a row of its own"),
    (ENTRIES, "*: sum one short", "a function of one entry has no sum"),
    (ENTRIES, "*: wrong axis", "a function of one entry has no axis"),
    (ENTRIES, "*: read in the wrong order, part *", "one column has one order"),
    (ENTRIES, "adapter: dead seed read", "it can reach only its own entry, put to 0"),
    (
        ("softplus", "log_sigmoid"),
        "recall: *, part 0",
        "the value is recalled for the error model; no stateless mode reads it",
    ),
    (
        ("softplus", "log_sigmoid"),
        "recall: *, part 2",
        "the complement is for the curvature, which is not stateless",
    ),
    (
        ("logsumexp", "kl_divergence", "entropy"),
        "pullback: sum one short",
        "every sum was taken in the value; the pullback is entry by entry",
    ),
    (("log_softmax",), "jacobian: rows exchanged, part 1", "the left factor is all 1"),
    (
        ("log_softmax",),
        "jacobian: read in the wrong order, part 1",
        "the left factor is all 1",
    ),
)

# Mutants that are another mutant under a second name: not run, not counted.
TWICE: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (ENTRIES, "*: last entry 0", "the last entry is the only one: zero"),
    (ENTRIES, "*: seed*the first entry's dropped", "the first is the only one: zero"),
    (
        NUMBERS,
        "pullback: seed the first row's for all",
        "a number a row: the first entry of the cotangent is the first row's",
    ),
    (
        tuple(name for name in NUMBERS if name != "kl_divergence"),
        "curvature: seed 1 the first row's for all",
        "as for the pullback",
    ),
    (("kl_divergence",), "curvature: seed 2 the first row's for all", "likewise"),
)


class Mutant(NamedTuple):
    """A function that is not the rule's, and the rule that it is not."""

    rule: Rule
    name: str
    function: Any

    def __str__(self) -> str:
        return f"{self.rule.name} {self.name}"


class Verdict(NamedTuple):
    """The first law that was broken, and how; raised alone if nothing else was."""

    structural: Broken | None
    exact: Broken | None
    raised: Exception | None

    @property
    def caught(self) -> bool:
        return any(part is not None for part in self)


def listed(table: tuple, rule: str, name: str) -> bool:
    return any(
        rule in rules and fnmatchcase(name, pattern) for rules, pattern, _ in table
    )


@cache
def mutants(rule: Rule | str) -> tuple[Mutant, ...]:
    """Every mutant of a rule, the ones that are the rule itself included."""
    true = RULES[str(rule)]
    return tuple(m for m in _all(true) if not listed(TWICE, true.name, m.name))


def _all(rule: Rule) -> Iterator[Mutant]:
    for name, wrong in (*mechanical(rule), *classic(rule)):
        yield Mutant(rule, name, function_of(wrong))
    for name, function in adapter_mutants(rule):
        yield Mutant(rule, f"adapter: {name}", function)


@cache
def probes(rule: str) -> tuple[Probe, ...]:
    return probes_of(RULES[rule])


def laws(rule: Rule, exact: bool) -> tuple[Law, ...]:
    return tuple(law for law in laws_of(rule) if law.exact is exact)


def first_broken(
    mutant: Mutant, which: tuple[Law, ...], *, most: int | None = None
) -> Broken | Exception | None:
    """What the laws say, probe by probe; an exception only if nothing else."""
    raised: Exception | None = None
    # What writes into its input gets its own, or it would spoil the other mutants'.
    writes = mutant.name.endswith("in place")
    of_rule = probes_of(mutant.rule) if writes else probes(mutant.rule.name)
    for probe in of_rule[:most]:
        for law in which:
            try:
                found = next(law(mutant.function, probe), None)
            except Exception as error:
                raised = error
            else:
                if found is not None:
                    return found
    return raised


def judged(mutant: Mutant) -> Verdict:
    """By the laws that need no oracle; by the oracle only if they see nothing."""
    found = first_broken(mutant, laws(mutant.rule, exact=False))
    if isinstance(found, Broken):
        return Verdict(found, None, None)
    exact = first_broken(mutant, laws(mutant.rule, exact=True))
    raised = found if isinstance(found, Exception) else None
    return Verdict(None, exact if isinstance(exact, Broken) else None, raised)


def report() -> str:
    """The counts, and which law caught how many first."""
    pairs = sum(len(laws_of(rule)) for rule in RULES.values())
    by_law: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    survivors: list[str] = []
    same = 0
    for rule in RULES:
        for mutant in mutants(rule):
            if listed(SAME, rule, mutant.name):
                same += 1
                continue
            kinds[_kind(mutant)] += 1
            verdict = judged(mutant)
            law = _caught_by(verdict)
            by_law[law] += 1
            survivors += [str(mutant)] if law == "nothing" else []
    structural = sum(
        n for law, n in by_law.items() if law in LAWS and not LAWS[law].exact
    )
    exact = sum(n for law, n in by_law.items() if law in LAWS and LAWS[law].exact)
    lines = [
        f"laws                        {len(LAWS)}",
        f"rule x law pairs run        {pairs}",
        f"mutants                     {sum(kinds.values())}",
        *(f"  {kind:<26}{count}" for kind, count in kinds.items()),
        f"caught without the oracle   {structural}",
        f"caught by the oracle alone  {exact}",
        f"caught by raising alone     {by_law['raising']}",
        f"survivors                   {len(survivors)}",
        f"left out: the rule itself   {same}",
        "caught first by",
        *(f"  {law:<26}{count}" for law, count in by_law.most_common()),
        *survivors,
    ]
    return "\n".join(lines)


def _kind(mutant: Mutant) -> str:
    if mutant.name.startswith("adapter"):
        return "of the adapter"
    names = {name for name, _ in classic(mutant.rule)}
    return "classic formulas" if mutant.name in names else "mechanical"


def _caught_by(verdict: Verdict) -> str:
    if not verdict.caught:
        return "nothing"
    broken = verdict.structural or verdict.exact
    return broken.law if broken is not None else "raising"


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
