"""The solvers of softmax regression, raced to the same proven gap.

    python -m benchmarks.solvers             prints the table
    python -m benchmarks.solvers --write     and writes docs/solvers.md

Every contender stops at the first certificate of gap <= 1e-6 of the objective; an
objective above the best one by more than its certificate would be an error, and stops
the race.  Runs are interleaved, times are medians.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.linear_model import LogisticRegression

from benchmarks.accuracy import processor
from softjet.learn.certificate import Certifier
from softjet.learn.coordinates import Coordinates
from softjet.learn.objective import Objective
from softjet.learn.solve import solve

PAGE = Path(__file__).parents[1] / "docs" / "solvers.md"
GAP, RUNS = 1e-6, 3
Outcome = tuple[str, float, bool]  # what it took, objective, whether it proved the gap


def problems() -> Iterator[tuple[str, Objective, float]]:
    """Real tables that need no download, as they come and standardised."""
    tables = {
        "digits": load_digits,
        "wine": load_wine,
        "breast cancer": load_breast_cancer,
    }
    wanted = [
        ("digits", "standardised", 1.0),
        ("wine", "standardised", 1.0),
        ("breast cancer", "standardised", 1.0),
    ]
    for name, scale, C in wanted:
        X, y = tables[name](return_X_y=True)
        if scale == "standardised":
            X = (X - X.mean(0)) / np.where(X.std(0) > 0, X.std(0), 1.0)
        ones, classes = np.ones(len(y)), int(y.max()) + 1
        objective = Objective(X, y.astype(np.intp), ones, n_classes=classes, C=C)
        yield f"{name} {scale}, C = {C:g}", objective, C


def newton(objective: Objective, C: float) -> Outcome:
    """Ours: truncated Newton with exact Hessian products."""
    solution = solve(objective, *_zeros(objective), tol=GAP)
    steps = f"{solution.n_iter} steps"
    return steps, solution.point.value, solution.converged


def whitened_lbfgs(objective: Objective, C: float) -> Outcome:
    """SciPy's L-BFGS in our coordinates, made again after 20, 40, 80, ... steps."""
    certifier, point = Certifier(objective), objective.at(*_zeros(objective))
    evaluations, length = 0, 20
    for _ in range(6):
        coordinates, start = Coordinates(objective, point), point

        def value_and_grad(v, coordinates=coordinates, start=start):
            W, b = coordinates.forward(v)
            at = objective.at(start.W + W, start.b + b)
            return at.value, coordinates.transpose(at.W_bar, at.b_bar)

        size = point.W.size + point.b.size
        options = {"maxiter": length, "ftol": 0.0, "gtol": 0.0, "maxfun": 10 * length}
        found = minimize(
            value_and_grad, np.zeros(size), jac=True, method="L-BFGS-B", options=options
        )
        W, b = coordinates.forward(found.x)
        point = objective.at(start.W + W, start.b + b)
        evaluations += found.nfev
        if certifier(point).gap <= GAP * point.value:
            return f"{evaluations} evaluations", point.value, True
        length *= 2
    return f"{evaluations} evaluations", point.value, False


def scikit_learn(solver: str) -> Callable[[Objective, float], Outcome]:
    """scikit-learn's solver at the loosest of its tolerances that proves the gap."""

    def run(objective: Objective, C: float) -> Outcome:
        # With two classes scikit-learn trains one logit: its C there is twice ours.
        strength = 2 * C if objective.n_classes == 2 else C
        tol = TOLERANCES.get((solver, id(objective)), 1e-4)
        model = LogisticRegression(
            C=strength, solver=solver, tol=tol, max_iter=5000
        ).fit(objective.X, objective.targets)
        point = objective.at(*_weights(model, objective.n_classes))
        proven = Certifier(objective)(point).gap <= GAP * point.value
        return f"{int(model.n_iter_[0])} iterations, tol {tol:g}", point.value, proven

    return run


TOLERANCES: dict[tuple[str, int], float] = {}


def find_tolerance(solver: str, objective: Objective, C: float) -> None:
    """The tolerance is found before the race: its search is not timed."""
    for tol in (1e-4, 1e-5, 1e-6, 1e-7):
        TOLERANCES[solver, id(objective)] = tol
        if scikit_learn(solver)(objective, C)[2]:
            return


def _weights(model: Any, classes: int) -> tuple[np.ndarray, np.ndarray]:
    coef, intercept = model.coef_, model.intercept_
    if classes == 2:  # one logit z is the pair (-z/2, z/2)
        coef, intercept = np.vstack([-coef, coef]) / 2, np.r_[-intercept, intercept] / 2
    coef = coef - coef.mean(0)
    return coef.T.copy(), intercept - intercept.mean()


def _zeros(objective: Objective) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(objective.shape), np.zeros(objective.n_classes)


CONTENDERS: dict[str, Callable[[Objective, float], Outcome]] = {
    "softjet": newton,
    "L-BFGS, our coordinates": whitened_lbfgs,
    "scikit-learn lbfgs": scikit_learn("lbfgs"),
    "scikit-learn newton-cg": scikit_learn("newton-cg"),
}


def race(objective: Objective, C: float) -> dict[str, tuple[float, Outcome]]:
    """Median seconds and outcome of each contender, interleaved."""
    for solver in ("lbfgs", "newton-cg"):
        find_tolerance(solver, objective, C)
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    outcomes: dict[str, Outcome] = {}
    for _ in range(RUNS):
        for name, run in CONTENDERS.items():
            start = time.perf_counter()
            outcomes[name] = run(objective, C)
            times[name].append(time.perf_counter() - start)
    best = min(value for _, value, _ in outcomes.values())
    for name, (_, value, proven) in outcomes.items():
        if proven and value > best * (1 + 2 * GAP):
            raise SystemExit(f"{name} proved a gap that it does not have")
    return {name: (float(np.median(times[name])), outcomes[name]) for name in times}


HEAD = """# Solvers, raced

Seconds to the first certificate of a gap of 1e-6 of the objective, written by
`python -m benchmarks.solvers --write`: medians of {runs} interleaved runs, Python
{python}, NumPy {numpy}, SciPy {scipy}, scikit-learn {sklearn},
on {processor}.
scikit-learn's solvers run at the loosest tolerance that reaches the gap, found
beforehand; "not proven" where none from 1e-4 to 1e-7 does. Our rules are plain
NumPy; why the solver is what it is:
[design/solver.md](design/solver.md).

| problem | solver | seconds | what it took |
|---|---|--:|---|"""


def page() -> Iterator[str]:
    yield HEAD.format(
        runs=RUNS,
        python=platform.python_version(),
        numpy=np.__version__,
        scipy=scipy.__version__,
        sklearn=sklearn.__version__,
        processor=processor(),
    )
    for name, objective, C in problems():
        for contender, (seconds, (what, _, proven)) in race(objective, C).items():
            took = what if proven else f"{what}; not proven"
            yield f"| {name} | {contender} | {seconds:.3f} | {took} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="race the solvers")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    write, lines = parser.parse_args().write, []
    warnings.simplefilter("ignore")
    for line in page():
        print(line, flush=True)
        lines.append(line)
    if write:
        PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
