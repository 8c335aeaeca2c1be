"""Laws: what must hold for a function and its derivatives, one idea in each file.

First what makes derivatives derivatives: they integrate to what they are derivatives
of, are each other's transpose, and are linear; the Jacobian and the stateless forms
agree with them.  Then what makes a function of rows one: batch, axis, dead entries,
memory, dtype, options.  Then the ideas that only some functions obey and claim in
`rule.laws`: the simplex, shifts, permutations, symmetry, convexity, and what two
classes, labels, entropy and divergence are.  These need no other source of truth than
the function itself.  Last, the four modes against 60 digits.  A law compares; it never
samples: probes.py holds the arguments, the same in every run.
"""

from __future__ import annotations

from softjet.rules import Rule

from . import (
    axis_equivalence,
    batch_independence,
    curvature,
    curvature_integrates,
    dead_entries,
    derivative_integrates,
    divergence_is_positive,
    dtype,
    duplication,
    entropy_range,
    gradient_sums_to_one,
    jacobian,
    kills_constants,
    labels_sum_to_one,
    layout,
    linear,
    mixed_partials,
    monotone,
    odd_part,
    one_voice,
    options,
    permutation,
    positive_semidefinite,
    pullback,
    pushforward,
    reduction,
    self_adjoint,
    shift_covariance,
    shift_invariance,
    simplex,
    sink,
    stateless,
    temperature,
    transpose,
    two_classes,
    untouched,
    value,
)
from ._law import Broken, Comparison, Law
from ._probe import Probe
from .probes import probes_of

LAWS: dict[str, Law] = {
    module.law.name: module.law
    for module in (
        derivative_integrates,
        curvature_integrates,
        transpose,
        linear,
        mixed_partials,
        jacobian,
        stateless,
        one_voice,
        batch_independence,
        axis_equivalence,
        dead_entries,
        untouched,
        layout,
        dtype,
        options,
        temperature,
        sink,
        reduction,
        simplex,
        shift_invariance,
        shift_covariance,
        permutation,
        duplication,
        kills_constants,
        gradient_sums_to_one,
        self_adjoint,
        positive_semidefinite,
        monotone,
        two_classes,
        odd_part,
        labels_sum_to_one,
        entropy_range,
        divergence_is_positive,
        value,
        pushforward,
        pullback,
        curvature,
    )
}


def laws_of(rule: Rule) -> tuple[Law, ...]:
    """The laws a rule must obey: the universal ones and those that it claims."""
    return tuple(law for law in LAWS.values() if law.binds(rule))


__all__ = ["LAWS", "Broken", "Comparison", "Law", "Probe", "laws_of", "probes_of"]
