"""Many callers at once: threads, forked and spawned processes; every bit is checked.

    python -m benchmarks.hammer --seconds 60

The calls are asked beforehand, alone, on one thread; then by 32 Python threads in any
order under any `threads(n)`, then by 8 forked and 8 spawned processes, 4 threads each.
A forked process is made while the threads of its parent are at work.  Prints the calls,
the wrong answers and the seconds; exit code 1 if an answer differs, or a process died.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import softjet

ROOT = Path(__file__).resolve().parents[1]
# The calls belong to the tests; a wheel has neither.
sys.path.insert(0, str(ROOT / "tests"))

from _asking import DTYPES  # noqa: E402
from kernels._calls import PAIRS, Call, ask, digest, drawn  # noqa: E402

THREADS, PROCESSES, THREADS_EACH = 32, 8, 4
# Rows short, long, and over several pieces; columns; entries take the same shapes.
SMALL = (((3, 5), -1), ((16, 100), 0), ((64,), -1), ((2, 3, 40), (0, 2)))
LARGE = (((300, 1000), -1), ((70, 4099), 0), ((2, 200_000), -1))
PATIENCE = 120.0  # seconds beyond its own that a process may take: it imports, compiles


@dataclass
class Tally:
    """What was asked, what came back wrong, and in how many seconds."""

    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def line(self, who: str) -> str:
        told = f"{self.calls} calls, {len(self.wrong)} wrong, {self.seconds:.1f} s"
        return f"{who:24} {told}"


def calls() -> list[Call]:
    """Every function, mode and dtype, small; and one dtype of each, large."""
    found = []
    for number, (name, mode) in enumerate(PAIRS):
        rng = np.random.default_rng([31, number])
        for turn, dtype in enumerate(DTYPES):
            shape = SMALL[(number + turn) % len(SMALL)]
            found.append(drawn(name, mode, dtype, *shape, rng))
        shape, dtype = LARGE[number % len(LARGE)], DTYPES[number // 2 % len(DTYPES)]
        found.append(drawn(name, mode, dtype, *shape, rng))
    return found


def answers(asked: list[Call]) -> list[str]:
    """The answers' digests, asked alone on one thread."""
    with softjet.threads(1):
        return [digest(ask(call)) for call in asked]


def hammer(
    asked: list[Call], right: list[str], seconds: float, count: int, seed: int = 0
) -> Tally:
    """`count` threads ask at random until the time is over."""
    start = time.monotonic()
    tallies = [Tally() for _ in range(count)]

    def worker(number: int) -> None:
        _ask_on(asked, right, tallies[number], start + seconds, [seed, number])

    workers = [threading.Thread(target=worker, args=(n,)) for n in range(count)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    return _together(tallies, start)


def _ask_on(
    asked: list[Call], right: list[str], tally: Tally, end: float, seed: list[int]
) -> None:
    drawn = random.Random(str(seed))
    while time.monotonic() < end or not tally.calls:
        number, count = drawn.randrange(len(asked)), drawn.choice((1, 2, 4))
        try:
            with softjet.threads(count):
                answer = digest(ask(asked[number]))
        except Exception as error:
            answer = repr(error)
        tally.calls += 1
        if answer != right[number]:
            tally.wrong.append(f"{asked[number]}, {count} threads: {answer}")


def child(
    asked: list[Call] | None, right: list[str], seconds: float, seed: int, pipe: Any
) -> None:
    """A process's part: what it was forked with, or the calls drawn again."""
    pipe.send(hammer(asked or calls(), right, seconds, THREADS_EACH, seed))


def processes(
    method: str,
    asked: list[Call],
    right: list[str],
    seconds: float,
    count: int = PROCESSES,
) -> Tally:
    """`count` processes at once, while four threads of this one go on."""
    context: Any = multiprocessing.get_context(method)
    # What a spawned process is given is pickled; it draws the same calls itself.
    given = asked if method == "fork" else None
    found: list[Tally] = []
    started, start = [], time.monotonic()
    with _at_work(asked, right, found), _forks_allowed():
        for number in range(count):
            here, there = context.Pipe(duplex=False)
            told = (given, right, seconds, number + 1, there)
            process = context.Process(target=child, args=told)
            process.start()
            there.close()
            started.append((process, here))
        found += [_awaited(process, here, seconds) for process, here in started]
    return _together(found, start)


def _together(tallies: list[Tally], start: float) -> Tally:
    wrong = [line for tally in tallies for line in tally.wrong]
    return Tally(sum(t.calls for t in tallies), wrong, time.monotonic() - start)


def _awaited(process: Any, pipe: Any, seconds: float) -> Tally:
    """A process's tally; one that dies or hangs is an answer missing."""
    try:
        if pipe.poll(seconds + PATIENCE):
            return pipe.recv()
        return Tally(wrong=[f"process {process.pid} gave no answer: it hangs"])
    except EOFError:
        process.join(5)
        return Tally(
            wrong=[f"process {process.pid} died: exit code {process.exitcode}"]
        )
    finally:
        process.join(5)
        if process.is_alive():
            process.kill()


@contextmanager
def _at_work(asked: list[Call], right: list[str], found: list[Tally]) -> Iterator[None]:
    """Four threads that ask until the block ends; their tallies are appended."""
    own, over = [Tally() for _ in range(4)], threading.Event()

    def worker(number: int) -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            end = time.monotonic() + 0.1
            _ask_on(asked, right, own[number], end, [-number, turn])

    workers = [threading.Thread(target=worker, args=(n,)) for n in range(4)]
    for thread in workers:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in workers:
            thread.join()
        found += own


@contextmanager
def _forks_allowed() -> Iterator[None]:
    """Python 3.12 warns of a fork beside threads: that is what is tried here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
        yield


def report(seconds: float) -> int:
    """All three, for `seconds` each; the number of wrong answers."""
    asked = calls()
    right = answers(asked)
    print(f"{len(asked)} calls, {len(set(right))} different answers, asked alone")
    tallies = {f"{THREADS} threads": hammer(asked, right, seconds, THREADS)}
    for method in ("fork", "spawn"):
        if method in multiprocessing.get_all_start_methods():
            name = f"{PROCESSES} processes by {method}"
            tallies[name] = processes(method, asked, right, seconds)
    for who, tally in tallies.items():
        print(tally.line(who))
        for line in tally.wrong[:20]:
            print(f"    {line}")
    return sum(len(tally.wrong) for tally in tallies.values())


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.hammer", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each part (60)")
    return 1 if report(parser.parse_args().seconds) else 0


if __name__ == "__main__":
    sys.exit(main())
