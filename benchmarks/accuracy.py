"""Worst errors on the stress corpus: rule x mode x dtype, SciPy on the same inputs.

The fused functions follow, on calls of their own (fused_accuracy.py).

    python -m benchmarks.accuracy            prints the tables
    python -m benchmarks.accuracy --write    and writes docs/accuracy.md

SciPy has values only; for derivatives its column is the textbook formula in NumPy on
SciPy's values, as people write it: y * (g - sum(y * g)), softmax - one_hot, and so on.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import scipy.special

import softjet as sj
from benchmarks import fused_accuracy
from softjet.check.accuracy import Trial, Worst, measure, runner
from softjet.check.trials import trials_of
from softjet.rules import MODES, RULES, Rule

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
DTYPES = ("float64", "float32", "float16", "bfloat16")
Peer = Callable[[Trial], Any]


def _rows(trial: Trial) -> tuple[Any, ...]:
    x = trial.x[0] / trial.x[0].dtype.type(trial.temperature)
    return x, scipy.special.softmax(x), trial.temperature


def _jvp(trial: Trial) -> Any:
    _, y, T = _rows(trial)
    return y * (trial.x_dot[0] - np.sum(y * trial.x_dot[0])) / T


def _vjp(trial: Trial) -> Any:
    _, y, T = _rows(trial)
    return y * (trial.y_bar - np.sum(y * trial.y_bar)) / T


def _curvature(trial: Trial) -> Any:
    _, y, T = _rows(trial)
    a = trial.x_dot[0] - np.sum(y * trial.x_dot[0])
    b = trial.y_bar - np.sum(y * trial.y_bar)
    return y * (a * b - np.sum(y * a * b)) / T**2


def _log_softmax(trial: Trial) -> Any:
    return scipy.special.log_softmax(_rows(trial)[0])


def _cross_entropy(trial: Trial) -> Any:
    return -np.sum(trial.given[0] * _log_softmax(trial))


def _cross_entropy_vjp(trial: Trial) -> Any:
    _, y, T = _rows(trial)
    t = trial.given[0]
    return trial.y_bar * (y * t.sum() - t) / T


def _hvp(trial: Trial) -> Any:
    return trial.y_bar * _jvp(trial) / trial.temperature


def _cross_entropy_hvp(trial: Trial) -> Any:
    return trial.given[0].sum() * _hvp(trial)


def _binary(trial: Trial) -> Any:
    # The usual form: (1 - t) z - log sigmoid(z).
    z, t = trial.x[0], trial.given[0]
    return (1 - t) * z - scipy.special.log_expit(z)


def _kl(trial: Trial) -> Any:
    p, q = (scipy.special.softmax(x / x.dtype.type(trial.temperature)) for x in trial.x)
    return np.sum(scipy.special.rel_entr(p, q))


PEERS: dict[tuple[str, str], Peer] = {
    ("softmax", "value"): lambda t: _rows(t)[1],
    ("softmax", "pushforward"): _jvp,
    ("softmax", "pullback"): _vjp,
    ("softmax", "curvature"): _curvature,
    ("log_softmax", "value"): _log_softmax,
    ("log_softmax", "pushforward"): lambda t: (
        (t.x_dot[0] - np.sum(_rows(t)[1] * t.x_dot[0])) / t.temperature
    ),
    ("log_softmax", "pullback"): lambda t: (
        (t.y_bar - _rows(t)[1] * np.sum(t.y_bar)) / t.temperature
    ),
    ("logsumexp", "value"): lambda t: scipy.special.logsumexp(_rows(t)[0]),
    ("logsumexp", "pullback"): lambda t: t.y_bar * _rows(t)[1] / t.temperature,
    ("logsumexp", "pushforward"): lambda t: (
        np.sum(_rows(t)[1] * t.x_dot[0]) / t.temperature
    ),
    ("logsumexp", "curvature"): _hvp,
    ("cross_entropy", "value"): _cross_entropy,
    ("cross_entropy", "pullback"): _cross_entropy_vjp,
    ("cross_entropy", "curvature"): _cross_entropy_hvp,
    ("sigmoid", "value"): lambda t: scipy.special.expit(t.x[0]),
    ("sigmoid", "pullback"): lambda t: (
        scipy.special.expit(t.x[0]) * (1 - scipy.special.expit(t.x[0])) * t.y_bar
    ),
    ("log_sigmoid", "value"): lambda t: scipy.special.log_expit(t.x[0]),
    ("softplus", "value"): lambda t: scipy.special.softplus(t.x[0]),
    ("softplus", "pullback"): lambda t: scipy.special.expit(t.x[0]) * t.y_bar,
    ("binary_cross_entropy", "value"): _binary,
    ("binary_cross_entropy", "pullback"): lambda t: (
        (scipy.special.expit(t.x[0]) - t.given[0]) * t.y_bar
    ),
    ("kl_divergence", "value"): _kl,
    ("entropy", "value"): lambda t: np.sum(scipy.special.entr(_rows(t)[1])),
}


def _peer(rule: Rule, mode: str, dtype: str, trials: list[Trial]) -> str:
    """The peer's worst error, in the unit of the bound; why not where there is none."""
    peer = PEERS.get((rule.name, mode))
    if peer is None:
        return "has none"
    if dtype == "bfloat16":
        return "takes no bfloat16"
    # Dead entries and temperatures are ours to get right, not the peers'.
    live = [
        t
        for t in trials
        if t.temperature == 1 and all(np.isfinite(x).all() for x in t.x)
    ]
    with np.errstate(all="ignore"):
        try:
            worst = measure(rule, mode, dtype, live, peer)
        except TypeError:
            return f"takes no {dtype}"
    return _figure(rule, mode, worst)


def _figure(rule: Rule, mode: str, worst: Worst) -> str:
    if rule.bounds[mode].ulps:
        return _short(worst.share * rule.bounds[mode].ulps) + " ulp"
    return _short(worst.share * rule.bounds[mode].units) + " u size"


def _short(number: float) -> str:
    if not np.isfinite(number):
        return "NaN or inf"
    return f"{number:.2f}" if number < 100 else f"{number:.1e}"


def table(dtype: str) -> Iterator[str]:
    """The Markdown rows of one dtype; raises if ours is out of bound."""
    yield "| function | mode | bound | softjet | share of bound | SciPy | entries |"
    yield "|---|---|---|--:|--:|--:|--:|"
    for name, rule in RULES.items():
        trials = list(trials_of(rule, dtype))
        for mode in MODES:
            worst = measure(rule, mode, dtype, trials, runner(getattr(sj, name), mode))
            if worst.share > 1:
                raise SystemExit(f"{name}.{mode} {dtype} is out of bound: {worst}")
            cells = (
                f"`{name}`",
                mode,
                str(rule.bounds[mode]),
                _figure(rule, mode, worst),
                f"{worst.share:.2f}",
                _peer(rule, mode, dtype, trials),
                f"{worst.entries}",
            )
            yield "| " + " | ".join(cells) + " |"


HEAD = """# Accuracy, measured

Worst errors on the stress corpus (`softjet.check.corpus`) against 60 digits
(`softjet.check.oracle`), written by `python -m benchmarks.accuracy --write` with Python
{python}, NumPy {numpy} and SciPy {scipy} on {processor}. `tests/test_accuracy.py` holds
every cell to its bound, `tests/fused` those of the last section.

An entry may err by its bound: ulps of the exact entry, or units of u times the rule's
error model `size` (`rules/*.py`), and never less than one smallest subnormal number.
Below the smallest normal number the model allows one smallest subnormal for each number
that was rounded there: each term of a sum, and a probability that a seed then
multiplies. The figure is the worst share of the bound, in its unit.

SciPy's column is SciPy for values and, as SciPy has no derivatives, the textbook
formula in NumPy on SciPy's values: `y * (g - (y * g).sum())`, `softmax - one_hot`. It
is judged on the rows without a dead entry and without a temperature alone.
"""


def page() -> Iterator[str]:
    """The whole page, measured now."""
    yield HEAD.format(
        python=platform.python_version(),
        numpy=np.__version__,
        scipy=scipy.__version__,
        processor=processor(),
    ).rstrip()
    for dtype in DTYPES:
        yield ""
        yield f"## {dtype}"
        yield ""
        yield from table(dtype)
    yield ""
    yield from fused_accuracy.section()


def processor() -> str:
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines()
        if Path("/proc/cpuinfo").exists()
        else []
    )
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return f"{names[0]}, {len(names)} cores" if names else platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description="worst errors on the corpus")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    lines = []
    write = parser.parse_args().write
    for line in page():
        print(line, flush=True)
        lines.append(line)
    if write:
        PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
