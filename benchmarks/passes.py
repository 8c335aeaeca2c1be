"""How the solvers' choices were made: passes over the rows, and the time of one shard.

    python -m benchmarks.passes            passes until within 1e-6 of the minimum
    python -m benchmarks.passes --shard    a shard by products and kernels, and fused
    python -m benchmarks.passes --sparse   milliseconds of a pass over sparse rows

Passes are counts: they are the same on a busy machine.  For times take a quiet one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

import softjet as sj
from benchmarks._solver_arms import Reached, Watch, whitened
from benchmarks._solver_problems import PROBLEMS, bundled, probe
from softjet.learn.lbfgs import HISTORY, Lbfgs
from softjet.learn.newton import newton_step
from softjet.learn.objective import Objective, Point
from softjet.learn.partials import partials, product
from softjet.learn.shards import Shard
from softjet.learn.solve import solve

Step = Callable[[Objective, Point], Point | None]
STEPS: dict[str, Callable[[], Step]] = {
    "Newton": lambda: newton_step,
    "M kept": lambda: Lbfgs(renew=sys.maxsize).step,
    "M every step": lambda: Lbfgs(renew=1).step,
    f"M every {HISTORY}": lambda: Lbfgs().step,
}
SHAPES = [(4096, 384, 1000), (4096, 256, 100), (4096, 128, 20), (1797, 64, 10)]


def objectives() -> Iterator[tuple[str, Objective]]:
    """Two real ones and four made ones, float64."""
    tables = {
        "digits": bundled("digits"),
        "2000 x 96 x 100": probe(2000, 96, 100),
        "10000 x 64 x 20": probe(10_000, 64, 20),
        "6000 x 128 x 50": probe(6000, 128, 50, noise=2.0),
    }
    wanted = [("digits", 1.0), ("digits", 100.0)]
    wanted += [("2000 x 96 x 100", 1.0), ("2000 x 96 x 100", 100.0)]
    wanted += [("10000 x 64 x 20", 1.0), ("6000 x 128 x 50", 1.0)]
    for name, C in wanted:
        X, y = tables[name]
        made = Objective(X, y, np.ones(len(y)), n_classes=int(y.max()) + 1, C=C)
        yield f"{name} | {C:g}", made


def passes(objective: Objective, step: Step, floor: float) -> str:
    """Gradients and Hessian products until the objective is near the floor."""
    objective.passes.clear()
    point = objective.at(np.zeros(objective.shape), np.zeros(objective.n_classes))
    while point.value > floor / (1.0 - 1e-6):
        new = step(objective, point)
        if new is None:
            return "not reached"
        point = new
    products = objective.passes["hvp"]
    return f"{objective.passes['gradient']}" + (f" + {products}" if products else "")


def passes_whitened(objective: Objective, floor: float) -> str:
    """The same of SciPy's L-BFGS-B in fixed whitened coordinates."""
    watch = Watch(objective, None, floor)
    try:
        whitened(objective, 1.0, watch)
    except Reached:
        return str(watch.calls)
    return "not reached"


def count() -> None:
    print("| table | C", *STEPS, "L-BFGS, whitened |", sep=" | ")
    for name, objective in objectives():
        found = solve(objective, *objective.start(), tol=1e-9, max_iter=3000)
        floor = found.point.value - found.certificate.gap
        objective.keeping = True
        cells = [passes(objective, make(), floor) for make in STEPS.values()]
        cells.append(passes_whitened(objective, floor))
        print(f"| {name}", *cells, sep=" | ", end=" |\n", flush=True)


def shard() -> None:
    """Milliseconds: gradient and Hessian product, ours and the fused layer's."""
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            ms = best(calls(shape, dtype))
            ratios = f"{ms[1] / ms[0]:.1f}, {ms[3] / ms[2]:.1f}"
            print(dtype.__name__, shape, *(f"{m:.2f}" for m in ms), ratios, flush=True)


def sparse() -> None:
    """A gradient and a Hessian product of the next-token task, float32."""
    for name in ("next token, small", "next token"):
        X, y = PROBLEMS[name].make()
        K = int(y.max()) + 1
        X = X.astype(np.float32)
        objective = Objective(X, y, np.ones(len(y)), n_classes=K)
        W = 0.1 * np.random.default_rng(0).normal(size=objective.shape)
        b = np.zeros(K)
        V, v = W.astype(np.float32), b.astype(np.float32)
        gradients, products = [], []
        for _ in range(7):
            start = time.perf_counter()
            point = objective.at(W, b)
            between = time.perf_counter()
            objective.hvp(point, V, v)
            gradients.append(1e3 * (between - start))
            products.append(1e3 * (time.perf_counter() - between))
        # The first may compile.
        ms = np.median(gradients[1:]), np.median(products[1:])
        print(name, X.shape, K, *(f"{m:.1f}" for m in ms), flush=True)


def calls(shape: tuple[int, int, int], dtype: type) -> list[Callable[[], object]]:
    rows, features, classes = shape
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, features)).astype(dtype)
    W, V = 0.1 * rng.normal(size=(2, features, classes))
    b, y = np.zeros(classes), rng.integers(classes, size=rows)
    part = Shard(X, y, np.full(rows, 1 / rows))
    _, P = partials(part, W, b, dtype)
    given = X, np.ascontiguousarray(W.T, dtype), b.astype(dtype)
    along = None, np.ascontiguousarray(V.T, dtype), b.astype(dtype)
    fused = sj.linear_cross_entropy
    return [
        lambda: partials(part, W, b, dtype, keep=False),
        lambda: fused.value_and_grad(given, y),
        lambda: product(part, P, V, b),
        lambda: fused.hvp(given, along, y),
    ]


def best(calls: list[Callable[[], object]], runs: int = 9) -> list[float]:
    """The least of the milliseconds of each, in turns."""
    found = [np.inf] * len(calls)
    for _ in range(runs + 1):
        for i, call in enumerate(calls):
            start = time.perf_counter()
            call()
            found[i] = min(found[i], 1e3 * (time.perf_counter() - start))
    return found


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="the solvers' choices")
    parser.add_argument("--shard", action="store_true", help="time one shard")
    parser.add_argument("--sparse", action="store_true", help="time sparse rows")
    told = parser.parse_args(words)
    (shard if told.shard else sparse if told.sparse else count)()
    return 0


if __name__ == "__main__":
    sys.exit(main())
