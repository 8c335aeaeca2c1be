"""softjet.torch beside torch: python -m benchmarks.torch_functions

    python -m benchmarks.torch_functions                     all three parts
    python -m benchmarks.torch_functions derivatives         which there are, by asking
    python -m benchmarks.torch_functions accuracy            on confident rows
    python -m benchmarks.torch_functions speed --only softmax
    python -m benchmarks.torch_functions --write             and into docs/torch.md

Races are in float32: contenders agree before they race, take turns, and are judged by
medians; a ratio above 1 means that ours is faster.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator

from benchmarks import machine, peers
from benchmarks.threads import limited

try:
    import torch
except ImportError:
    sys.exit('benchmarks.torch_functions needs PyTorch: pip install "softjet[bench]"')

from benchmarks import _torch_accuracy as accuracy
from benchmarks import _torch_derivatives as derivatives
from benchmarks import _torch_page as page
from benchmarks._torch_cases import CASES, SHAPES, Case, Function
from benchmarks._torch_modes import RACED, Asked
from benchmarks.race import Contender, Maker, Outcome, race
from benchmarks.report import duration

OURS = "softjet.torch"
PARTS = ("derivatives", "accuracy", "speed")


def raced(case: Case, mode: str, seconds: float) -> list[Outcome]:
    """Every contender's outcome in one mode, ours first."""

    def maker(function: Function) -> Maker:
        asked = Asked(case, function)
        return lambda: Contender(lambda: RACED[mode](asked), "new")

    makers = {name: maker(function) for name, function in case.contenders.items()}
    return race(makers, {}, seconds=seconds)


def speed_rows(names: list[str], seconds: float) -> Iterator[list[str]]:
    for name in names:
        for shape in SHAPES.get(name, ()):
            case = CASES[name](shape, torch.float32)
            for mode in RACED:
                ours, *theirs = raced(case, mode, seconds)
                row = [f"`{name}` {shape}", mode, _time(ours)]
                yield [*row, "; ".join(_cell(one, ours) for one in theirs)]


def _cell(one: Outcome, ours: Outcome) -> str:
    """A ratio, in bold where ours loses; or why there is none."""
    if one.status != "raced":
        return f"{one.name}: {one.status}"
    ratio = one.seconds / ours.seconds
    text = f"{ratio:.2f}x" if ratio >= 1 else f"**{ratio:.2f}x**"
    return f"{one.name} {_time(one)}, {text}"


def _time(outcome: Outcome) -> str:
    return duration(outcome.seconds).strip()


def speed_lines(told: argparse.Namespace) -> list[str]:
    head = ["function", "mode", "ours", "torch's time, and as a ratio to ours"]
    found = page.table(head, speed_rows(_named(told, list(CASES)), told.seconds))
    return [f"float32, {told.threads} threads.", "", *found]


def derivative_lines(told: argparse.Namespace) -> list[str]:
    return derivatives.lines(_named(told, list(CASES)))


def accuracy_lines(told: argparse.Namespace) -> list[str]:
    return accuracy.lines(tuple(_named(told, list(accuracy.FUNCTIONS))))


LINES: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "derivatives": derivative_lines,
    "accuracy": accuracy_lines,
    "speed": speed_lines,
}


def _named(told: argparse.Namespace, names: list[str]) -> list[str]:
    return [name for name in names if not told.only or name in told.only]


def options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m benchmarks.torch_functions")
    add = made.add_argument
    add("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help="; ".join(PARTS))
    add("--only", action="append", choices=CASES, help="a function; may be repeated")
    add("--threads", type=int, default=peers.cores())
    add("--seconds", type=float, default=0.5, help="budget of every race (0.5)")
    add("--write", action="store_true", help="into docs/torch.md")
    return made


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    told = options().parse_args(words)
    if told.write and told.only:
        options().error("--write is for whole tables, --only for parts of them")
    print(machine.processor(), machine.versions(), sep="\n", end="\n\n")
    parts = told.parts or list(PARTS)
    if told.write:
        page.check(parts)
    said = " ".join(["python -m benchmarks.torch_functions", *words])
    with limited(told.threads), warnings.catch_warnings():
        # torch loads its own deprecated compiler at the first tangent.
        warnings.simplefilter("ignore", DeprecationWarning)
        for part in parts:
            lines = LINES[part](told)
            print("\n".join(lines), end="\n\n", flush=True)
            if told.write:
                page.write(part, [page.measured(said), "", *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
