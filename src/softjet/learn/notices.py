"""What a fit says when it ends without its proof: warnings, one class for each reason.

All are scikit-learn's ConvergenceWarning, so what filters that filters these.
"""

from __future__ import annotations

from sklearn.exceptions import ConvergenceWarning

from softjet.learn.solve import Solution


class SeparationWarning(ConvergenceWarning):
    """Every row is on its class's side and nothing holds the weights: no minimum."""


class UnprovenWarning(ConvergenceWarning):
    """Without a penalty the steps end, but nothing proves how far the minimum is."""


def notice(
    solution: Solution, tol: float, max_iter: int
) -> tuple[str, type[ConvergenceWarning]] | None:
    """What to warn of, and as what; None where the proof is there."""
    if solution.converged:
        return None
    if solution.margin is not None:
        return _separated(solution.margin), SeparationWarning
    gap, objective = solution.certificate.gap, solution.point.value
    if solution.estimate is not None and solution.estimate <= tol * objective:
        return _unproven(solution.estimate, objective), UnprovenWarning
    return _not_converged(solution, gap, objective, tol, max_iter), ConvergenceWarning


def _separated(margin: float) -> str:
    return (
        "the classes are completely separated: every row's label leads by "
        f"{margin:.3g} or more in its logits, and without a penalty the objective "
        "falls towards 0 for ever; there is no minimum: choose a finite C"
    )


def _unproven(estimate: float, objective: float) -> str:
    return (
        f"without a penalty nothing proves a distance to the minimum; it is estimated "
        f"at {estimate:.2e}, {estimate / objective:.1e} of the objective "
        f"{objective:.6g}: choose a finite C for a proof"
    )


def _not_converged(
    solution: Solution, gap: float, objective: float, tol: float, max_iter: int
) -> str:
    advice = "raise max_iter or tol, or lower C"
    if solution.n_iter < max_iter:
        advice = "rounding stops it here: raise tol or lower C"
    return (
        f"stopped after {solution.n_iter} steps: the objective {objective:.6g} is "
        f"proven to be within {gap:.2e} of its minimum, {gap / objective:.1e} of "
        f"itself, not within tol={tol:g}; {advice}"
    )
