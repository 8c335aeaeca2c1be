"""The speed races: python -m benchmarks NAME...

    python -m benchmarks                      lists what can be raced
    python -m benchmarks softmax jvp          races them and prints the tables
    python -m benchmarks all --json FILE      and appends a JSON row per contender
    python -m benchmarks conformance          no race: what is right, law by law

Ours first, then SciPy, torch (eager and compiled), JAX and ONNX Runtime where they have
the function, and a plain copy as the limit.  A ratio above 1 means that ours is faster.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks import machine, report, rows, speed
from benchmarks.cases import Case, Data
from benchmarks.contenders import copies, makers
from benchmarks.options import check, chosen, parser
from benchmarks.race import Outcome, race
from benchmarks.rows import Row
from benchmarks.threads import limited
from softjet.errors import Refusal

Race = tuple[str, list[Row]]  # its title, and a row per contender


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    if words[:1] == ["conformance"]:
        from benchmarks.conformance.__main__ import main as conformance

        return conformance(words[1:])
    options = parser().parse_args(words)
    if not options.names:
        print(listing())
        return 0
    try:
        check(options)
        for title, found in races(options):
            print("\n".join(report.lines(title, found)), end="\n\n", flush=True)
            if options.json:
                rows.append(options.json, found)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


def listing() -> str:
    """Every name, with what it races."""
    width = max(map(len, speed.NAMES))
    return "\n".join(f"{n:{width}}  {speed.summary(n)}" for n in speed.NAMES)


def races(options: argparse.Namespace) -> Iterator[Race]:
    """Every race that was asked for, one after the other."""
    known = machine.provenance()
    for name in speed.NAMES if "all" in options.names else options.names:
        if name == "start":
            yield from starts(options, known)
            continue
        for case in chosen(speed.load(name).CASES, options):
            with limited(case.threads), warnings.catch_warnings():
                # Peers deprecate, and that is theirs to do.
                warnings.simplefilter("ignore")
                yield f"{name}: {titled(name, case)}", raced(name, case, options, known)


def titled(name: str, case: Case) -> str:
    return str(case) if case.function == name else f"{case.function} {case}"


def raced(
    name: str, case: Case, options: argparse.Namespace, known: dict[str, Any]
) -> list[Row]:
    """The rows of one race."""
    data, file = Data(case), speed.load(case.function)
    found = makers(file, data, options.contenders)
    outcomes = race(found, copies(data), seconds=options.seconds)
    moved, copied = file.moved(data), 2 * data.x.nbytes
    return rows.rows_of(
        name, case, named(outcomes), moved=moved, copied=copied, provenance=known
    )


def named(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes under the contenders' names instead of the verbs."""
    return [replace(o, name=speed.CONTENDERS.get(o.name, o.name)) for o in outcomes]


def starts(options: argparse.Namespace, known: dict[str, Any]) -> Iterator[Race]:
    """The races of the first seconds of a program."""
    measure = speed.load("start").measure
    wanted = options.contenders or list(speed.PEERS)
    for case, outcomes in measure(wanted, options.seconds):
        title = f"start: {case.function}"
        yield title, rows.rows_of("start", case, outcomes, provenance=known)


if __name__ == "__main__":
    sys.exit(main())
