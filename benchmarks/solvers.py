"""The solvers of softmax regression, raced to the same objective.

    python -m benchmarks.solvers                     every problem, every solver
    python -m benchmarks.solvers --only digits wine --limit-seconds 60
    python -m benchmarks.solvers --peak              memory against classes
    python -m benchmarks.solvers --write             docs/solvers.md, from kept rows

Each contender runs in a process of its own, on float32 and on float64 rows, until its
objective is within 1e-6 of a floor that is proven first (by ours, to 1e-8), or until
the limit: then it is reported as "not reached", with how near it came.  Rows are
appended to benchmarks/rows/solvers.jsonl, of which a page shows the latest of each.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks._solver_arms import ARMS, GAP, Reached, Watch
from benchmarks._solver_page import page
from benchmarks._solver_problems import PROBLEMS, probe
from softjet.learn.objective import Objective
from softjet.learn.solve import chosen, solve

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "solvers.md"
KEPT = ROOT / "benchmarks" / "rows" / "solvers.jsonl"
PEAK_CLASSES = (10, 100, 1000, 10_000)


def objective_of(name: str, dtype: str) -> tuple[Objective, Any, float]:
    """A problem's objective, its table in the dtype asked for, and C."""
    problem = PROBLEMS[name]
    X, y = problem.make()
    X = X.astype(dtype)
    weights = np.ones(len(y))
    classes = int(y.max()) + 1
    return Objective(X, y, weights, n_classes=classes, C=problem.C), (X, y), problem.C


def floor_of(name: str, dtype: str, limit: float) -> float:
    """A number the objective is proven not to fall below, within 1e-8 of it."""
    words = ["--floor", name, dtype]
    found = alone(words, limit)
    if "floor" not in found:
        raise SystemExit(f"{name}, {dtype}: no floor within {limit:g} s; raise it")
    return found["floor"]


def find_floor(name: str, dtype: str) -> dict[str, float]:
    objective, _, _ = objective_of(name, dtype)
    found = solve(objective, *objective.start(), tol=1e-8, max_iter=10_000)
    return {"floor": found.point.value - found.certificate.gap}


def run_arm(name: str, dtype: str, arm: str, floor: float) -> dict[str, Any]:
    """One fit, watched; kernels are warm before the clock starts."""
    watched(arm, *objective_of("wine", dtype), floor=np.inf)
    objective, table, C = objective_of(name, dtype)
    before = resident()
    watch, told = watched(arm, objective, table, C, floor)
    row = {"seconds": watch.reached, "took": "", "proven": None} | told
    away = watch.best / floor - 1.0 if np.isfinite(watch.best) else None
    row |= {"away": away, "peak_MiB": resident() - before}
    return row | {"auto": chosen(objective)}


def watched(
    arm: str, objective: Objective, table: Any, C: float, floor: float
) -> tuple[Watch, dict[str, Any]]:
    """The watch after a fit, and what the contender tells of it."""
    watch = Watch(objective, table, floor)
    try:
        return watch, ARMS[arm](objective, C, watch)
    except Reached:
        return watch, {"took": f"{watch.calls} evaluations"}


def resident() -> float:
    """The highest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(words: list[str], limit: float) -> dict[str, Any]:
    """What a process of its own answers within the limit; empty if it does not."""
    line = [sys.executable, "-m", "benchmarks.solvers", *map(str, words)]
    try:
        run = subprocess.run(
            line, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=True
        )
    except subprocess.TimeoutExpired:
        return {}
    return json.loads(run.stdout.splitlines()[-1])


def race(name: str, dtype: str, told: argparse.Namespace) -> None:
    """One row for each arm, printed and kept."""
    floor = floor_of(name, dtype, 4 * told.limit_seconds)
    for arm in told.arms or ARMS:
        start = time.perf_counter()
        found = alone(["--one", name, dtype, arm, floor], told.limit_seconds)
        if not found:
            spent = time.perf_counter() - start
            found = {"seconds": None, "took": f"stopped after {spent:.0f} s"}
        row = {"problem": name, "dtype": dtype, "arm": arm, "floor": floor, **found}
        keep(row | {"limit": told.limit_seconds, "gap_asked": GAP}, told)


def peak(classes: int) -> dict[str, float]:
    """What a fit's memory rises by beyond the rows, and what the weights alone are."""
    X, y = probe(100_000, 64, 10)
    y = np.arange(len(y)) % classes
    X = X.astype(np.float32)
    objective = Objective(X, y, np.ones(len(y)), n_classes=classes)
    before = resident()
    solve(objective, *objective.start(), max_iter=3)
    weights = 8 * (X.shape[1] + 1) * classes / 2**20
    logits = 4 * len(y) * classes / 2**20
    return {
        "peak_MiB": resident() - before,
        "weights_MiB": weights,
        "logits_MiB": logits,
    }


def peaks(told: argparse.Namespace) -> None:
    """One row for each number of classes."""
    for classes in PEAK_CLASSES:
        found = alone(["--one-peak", classes], 10 * told.limit_seconds)
        keep({"problem": "peak", "classes": classes, **found}, told)


def keep(row: dict[str, Any], told: argparse.Namespace) -> None:
    """Print a row; append it with where it was measured."""
    print(json.dumps(row), flush=True)
    with told.rows.open("a") as file:
        file.write(json.dumps(row | machine.provenance()) + "\n")


def parsed(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="race the solvers")
    parser.add_argument("--only", nargs="+", choices=PROBLEMS, default=list(PROBLEMS))
    parser.add_argument("--arms", nargs="+", choices=ARMS)
    parser.add_argument("--dtype", nargs="+", default=["float32", "float64"])
    parser.add_argument("--limit-seconds", type=float, default=600.0)
    parser.add_argument("--rows", type=Path, default=KEPT)
    parser.add_argument("--peak", action="store_true", help="memory against classes")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--floor", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--one-peak", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    told = parsed(words)
    if told.one:
        name, dtype, arm, floor = told.one
        print(json.dumps(run_arm(name, dtype, arm, float(floor))))
    elif told.floor:
        print(json.dumps(find_floor(*told.floor)))
    elif told.one_peak:
        print(json.dumps(peak(told.one_peak)))
    elif told.write:
        PAGE.write_text(page(told.rows))
    elif told.peak:
        peaks(told)
    else:
        for name in told.only:
            for dtype in told.dtype:
                race(name, dtype, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
