"""Rule x mode x dtype: kernel or rule, time, ratio to torch, worst error against bound.

    python -m benchmarks.kernels             prints the tables
    python -m benchmarks.kernels --write     and writes docs/kernels.md
    python -m benchmarks.kernels sigmoid --write    replaces its rows alone

Errors are those of the stress corpus against 60 digits, as in docs/accuracy.md; there
cross-entropy is asked with probabilities, and here with class ids too, which have
kernels of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

import softjet as sj
from benchmarks import peers
from benchmarks.machine import commit, machine, versions
from benchmarks.modes import IDS, NAMES, SHAPE, SOFT, Problem
from benchmarks.race import Outcome, race
from benchmarks.report import duration
from benchmarks.threads import limited
from softjet.check import corpus
from softjet.check.accuracy import Trial, measure, runner
from softjet.check.trials import trials_of
from softjet.rules import MODES, RULES

ROOT = Path(__file__).resolve().parents[1]
# Which way a call went is watched as the tests watch it; a wheel has neither.
sys.path.insert(0, str(ROOT / "tests"))

from kernels._ways import by_kernels  # noqa: E402

PAGE = ROOT / "docs" / "kernels.md"
DTYPES = ("float32", "float64", "float16", "bfloat16")
HALVES = ("float16", "bfloat16")
HEAD = """# Kernel or rule, function by function

{machine}
{versions}
Measured {date} at commit {commit} by `python -m benchmarks.kernels --write`, with
{threads} threads.

Some rows may have been measured anew since.

* **way**: whether compiled kernels answer the call or the rule in NumPy does; a mixed
  one says how many of its rows the kernels left to the rule.
* **time**: a call on {shape} logits, on 10^6 entries for functions of entries, into
  new memory; the median of interleaved calls. `pullback` is the value and the pullback,
  as training needs them; `pushforward` the value and the pushforward.
* **torch**: torch's time over ours, above 1 ours is faster, **bold** where ours loses:
  plain call, `torch.func.jvp`, forward and `torch.autograd.grad`, `torch.func.jvp` of
  `vjp`. Where torch's answer is not ours, or there is none, the cell says so.
* **worst error**: on the stress corpus (`softjet.check.corpus`) against 60 digits, and
  the bound that it is held to, in ulps or in units of the rule's error model.

`cross_entropy` takes class ids; probabilities have rows of their own.
"""


def way(problem: Problem, mode: str) -> str:
    """Kernel, rule or a mixture: as watched on the raced call itself."""
    call = problem.ours(mode).call
    with by_kernels() as left:
        call()
    if not left:
        return "rule"
    rows = max(found.size for found in left)
    return "kernel" if rows == 0 else f"kernel, {rows} rows by the rule"


def speed(problem: Problem, mode: str, seconds: float) -> tuple[str, str]:
    """Our time, and torch's over it; in words where there is none."""
    makers = {"softjet": lambda: problem.ours(mode)}
    if peers.installed("torch"):
        makers["torch"] = lambda: problem.torch(mode)
    ours, *others = race(makers, {}, seconds=seconds)
    theirs = others[0] if others else Outcome("torch", "lacks", note="is not installed")
    return duration(ours.seconds).strip(), _ratio(ours, theirs)


def _ratio(ours: Outcome, theirs: Outcome) -> str:
    if theirs.status == "raced":
        ratio = theirs.seconds / ours.seconds
        return f"{ratio:.2f}x" if ratio >= 1 else f"**{ratio:.2f}x**"
    if theirs.status == "disagrees":
        return f"its answer {theirs.note}"
    missing = theirs.status == "fails" and "implement" in theirs.note
    return "torch has none" if missing else f"torch {theirs.status}: {theirs.note}"


def error(name: str, mode: str, dtype: str) -> str:
    """The worst of the corpus, in the unit of its bound; raises where out of bound."""
    rule = RULES[name.split(",")[0]]
    worst = measure(rule, mode, dtype, _trials(name, dtype), _run(name, mode))
    if worst.share > 1:
        raise SystemExit(f"{name} {mode} {dtype} is out of bound: {worst}")
    bound = rule.bounds[mode]
    if bound.ulps:
        return f"{worst.share * bound.ulps:.2g} ulp of {bound.ulps:g}"
    return f"{worst.share * bound.units:.2g} u size of {bound.units:g}"


def _trials(name: str, dtype: str) -> Iterator[Trial]:
    kind = {IDS: "label", SOFT: "probabilities"}.get(name, "")
    for trial in trials_of(RULES[name.split(",")[0]], dtype):
        if trial.name.startswith(kind):
            yield trial


def _run(name: str, mode: str) -> Callable[[Trial], Any]:
    """The call of a mode; a one-hot target is given as its class id."""
    run = runner(getattr(sj, name.split(",")[0]), mode)
    if name != IDS:
        return run
    return lambda t: run(replace(t, given=(np.argmax(t.given[0]),)))


def table(
    dtype: str, names: tuple[str, ...] = NAMES, seconds: float = 1.0
) -> Iterator[str]:
    """The Markdown rows of one dtype."""
    yield "| function | mode | way | time | torch | worst error |"
    yield "|---|---|---|--:|--:|--:|"
    for name in names:
        problem = Problem(name, dtype)
        for mode in MODES:
            time, ratio = speed(problem, mode, seconds)
            how, worst = way(problem, mode), error(name, mode, dtype)
            yield _line(f"`{name}`", mode, how, time, ratio, worst)


def exhaustive() -> Iterator[str]:
    """Every input of the 16-bit dtypes, in the three functions of one entry."""
    yield "| function | dtype | inputs | value | pushforward | curvature |"
    yield "|---|---|--:|--:|--:|--:|"
    for name in ("sigmoid", "softplus", "log_sigmoid"):
        for dtype in HALVES:
            x = corpus.points16(dtype)
            cells = [worst_of_all(name, mode, x) for mode in SEEDS]
            yield _line(f"`{name}`", dtype, f"{x.size + _special(name, dtype)}", *cells)


SEEDS = {"value": 0, "pushforward": 1, "curvature": 2}


def worst_of_all(name: str, mode: str, x: np.ndarray) -> str:
    """The largest error over all x, seeds of 1, in the unit of the bound.

    The judge is the rule in float64, whose own error is under 1e-10 of these.
    """
    rule, wide = RULES[name], x.astype(np.float64)
    got, info = _entry(name, mode, x).astype(np.float64), ml_dtypes.finfo(x.dtype)
    with np.errstate(all="ignore"):
        value, kept = rule.value(np, wide)
        seeds = [np.ones_like(wide)] * SEEDS[mode]
        exact = value if mode == "value" else getattr(rule, mode)(np, kept, *seeds)
        height = np.maximum(np.floor(np.log2(np.abs(exact))), info.minexp)
        spacing = 2.0 ** (height - info.nmant)
        size = rule.size(np, mode, kept, *seeds) * float(info.eps) / 2
        # Below the smallest normal number no bound asks for more than its spacing.
        units = np.maximum(size, float(info.smallest_subnormal))
    error, bound = np.abs(got - exact), rule.bounds[mode]
    if bound.ulps:
        return f"{np.max(error / spacing):.4f} ulp of {bound.ulps:g}"
    return f"{np.max(error / units):.4f} u size of {bound.units:g}"


def _entry(name: str, mode: str, x: np.ndarray) -> np.ndarray:
    f, one = getattr(sj, name), np.ones_like(x)
    if mode == "value":
        return f(x)
    return f.jvp(x, one)[1] if mode == "pushforward" else f.curvature(x, one, one)


def _special(name: str, dtype: str) -> int:
    """How many inputs are infinite or NaN; all of them answered as the edge table."""
    everything = np.arange(2**16, dtype=np.uint16).view(np.dtype(dtype))
    with np.errstate(invalid="ignore"):
        x = everything[~np.isfinite(everything)]
        got, wide = getattr(sj, name)(x), getattr(sj, name)(x.astype(np.float64))
        assert np.array_equal(got.astype(np.float64), wide, equal_nan=True)
        assert np.isnan(wide[np.isnan(x)]).all()
    return x.size


def _line(*cells: str) -> str:
    assert all(cells), cells
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def head() -> str:
    """The machine, the versions, the day; how to read the tables."""
    import datetime

    where = machine()
    caches = ", ".join(f"{k} {v}" for k, v in where.items() if k[0] == "L")
    named = ", ".join(f"{name} {version}" for name, version in versions().items())
    return HEAD.format(
        machine=f"{where['processor']}, {where['cores']} cores, caches {caches}.",
        versions=named + ".",
        date=datetime.date.today().isoformat(),
        commit=commit(),
        threads=peers.cores(),
        shape=SHAPE,
    )


def page(names: tuple[str, ...], seconds: float) -> Iterator[str]:
    """The whole page, measured now."""
    yield head().rstrip()
    with limited(peers.cores()):
        for dtype in DTYPES:
            yield from ("", f"## {dtype}", "")
            yield from table(dtype, names, seconds)
    yield from ("", "## All 65536 inputs", "")
    yield "The 16-bit dtypes in full: worst errors, with seeds of 1; infinities and NaN"
    yield "answer as the edge table says."
    yield ""
    yield from exhaustive()


def replaced(page: list[str], rows: list[str]) -> list[str]:
    """A page with the rows that were measured anew in the place of the old ones."""
    new = dict(_keyed(rows))
    return [new.get(key, line) for key, line in _keyed(page)]


def _keyed(lines: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each line beside its section, function and mode."""
    section = ""
    for line in lines:
        section = line if line.startswith("## ") else section
        row = line.startswith("| `")
        yield (section, *(line.split("|")[1:3] if row else (line,))), line


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.kernels", description=__doc__
    )
    parser.add_argument("names", nargs="*", help="functions (all)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each race (1)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    told = parser.parse_args()
    lines = []
    for line in page(tuple(told.names) or NAMES, told.seconds):
        print(line, flush=True)
        lines.append(line)
    if told.write and told.names:
        lines = replaced(PAGE.read_text(encoding="ascii").splitlines(), lines)
    if told.write:
        PAGE.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
