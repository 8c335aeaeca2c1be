"""What the command line may ask of the races, read or refused."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers, speed
from benchmarks.cases import DTYPES, Case
from softjet.errors import Refusal


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m benchmarks", description="speed races")
    add = made.add_argument
    add("names", nargs="*", metavar="NAME", help="what to race; all: everything")
    add("--threads", type=_listed(int), help="such as 2,1 (all cores, then 1)")
    add("--dtypes", type=_listed(str), help="such as float32,bfloat16 (all)")
    add("--shapes", type=_shapes, help="such as 1024x64,64x128256 (all)")
    add("--contenders", type=_listed(str), help="such as torch,JAX (all)")
    add("--seconds", type=float, default=1.0, help="budget of every race (1)")
    add("--json", type=Path, metavar="FILE", help="append a row per contender")
    return made


def _listed(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [kind(word.strip()) for word in text.split(",")]


def _shapes(text: str) -> list[tuple[int, ...]]:
    return [tuple(int(n) for n in word.split("x")) for word in text.split(",")]


def check(options: argparse.Namespace) -> None:
    """Refuse names that nothing answers to, and peers asked for but missing."""
    _known("name", options.names, (*speed.NAMES, "all"))
    _known("dtype", options.dtypes or (), tuple(DTYPES))
    _known("contender", options.contenders or (), ("softjet", *speed.PEERS))
    for name in options.contenders or ():
        if name != "softjet":
            _installed(name)
    for count in options.threads or ():
        if not 1 <= count <= peers.cores():
            raise Refusal(
                "benchmark-threads",
                "no such number of threads",
                got=f"{count}",
                want=f"1 to {peers.cores()}, the cores of this process",
            )


def _known(what: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    for word in given:
        if word not in known:
            want = ", ".join(known)
            raise Refusal(f"benchmark-{what}", f"no such {what}", got=word, want=want)


def _installed(name: str) -> None:
    if not peers.installed(name):
        raise Refusal(
            "benchmark-peer",
            f"{name} was asked for and is not installed",
            got=f"no package {peers.PACKAGES[name]}",
            want="every contender that --contenders names",
            hint='pip install "softjet[bench]"',
        )


def chosen(cases: Iterable[Case], options: argparse.Namespace) -> Iterator[Case]:
    """The cases that the options leave, for every number of threads."""
    counts = options.threads or list(dict.fromkeys((peers.cores(), 1)))
    for case in cases:
        if _asked(case.dtype, options.dtypes) and _asked(case.shape, options.shapes):
            for count in counts:
                yield Case(case.function, case.shape, case.dtype, case.axis, count)


def _asked(value: Any, wanted: Container[Any] | None) -> bool:
    return wanted is None or value in wanted
