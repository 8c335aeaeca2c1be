"""What a kernel takes where its rows lie in the caches: python -m benchmarks.in_cache

    python -m benchmarks.in_cache                 all of it
    python -m benchmarks.in_cache --seconds 2     of every figure (0.5)

One core, float32.  A figure is the slope between a call of n rows and one of 2 n, so a
call's own cost is not in it; medians of calls by turns.  Cycles are nanoseconds times a
clock that is measured too, by a chain of steps of five cycles: a product takes three, a
shift and an exclusive or one each, on x86 since 2011 and on ARM's large cores.
"""

from __future__ import annotations

import argparse
import mmap
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import _in_cache_kernels as alone
from benchmarks.machine import commit, machine, versions
from softjet.adapters._words import FALL, inverse, slack_of
from softjet.kernels import cross_entropy, log_softmax, logsumexp, softmax

LENGTHS = (2, 10, 64, 1000)
ENTRIES = 1 << 14  # of one array in the larger call: 64 KiB
ONE = inverse(1.0, 1, np.dtype(np.float32))
LEAST = 15  # calls of each kind, however long they are
PAGE = mmap.PAGESIZE
MIB = 1 << 20

Call = Callable[[int], Any]


def median_slope(call: Call, rows: int, seconds: float) -> float:
    """Nanoseconds a row: what the second half of 2 n rows takes, by medians."""
    whole: list[float] = []
    half: list[float] = []
    call(2 * rows)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(half) < LEAST:
        half.append(_batch(call, rows))
        whole.append(_batch(call, 2 * rows))
    return (statistics.median(whole) - statistics.median(half)) / rows * 1e9


def _batch(call: Call, rows: int, count: int = 8) -> float:
    start = time.perf_counter()
    for _ in range(count):
        call(rows)
    return (time.perf_counter() - start) / count


def clock() -> float:
    """Cycles of a nanosecond."""
    return 5.0 / median_slope(lambda n: alone.chain(1, n), 100_000, 0.2)


def kernels(length: int) -> Iterator[tuple[str, Call, int]]:
    """Each kernel on rows of a length, and half as many rows as fit."""
    rows = ENTRIES // length
    rng = np.random.default_rng(length)
    x, g = (rng.normal(size=rows * length).astype(np.float32) for _ in range(2))
    y, out, none = np.empty_like(x), np.empty_like(x), np.empty(0)
    marks, f, ones = np.zeros(rows, np.uint8), np.empty(rows), np.ones(rows)
    ids = rng.integers(0, length, rows)
    slack = slack_of(x.dtype)
    softmax.value(x, none, y, marks, length, 0, rows, *ONE, 1.0, False)
    calls: dict[str, Call] = {
        "softmax": lambda n: softmax.value(
            x, none, out, marks, length, 0, n, *ONE, 1.0, False
        ),
        "softmax pullback from y": lambda n: softmax.from_value(
            y, g, out, marks, length, 0, n, *ONE, slack, False
        ),
        "softmax JVP": lambda n: softmax.jvp(
            *(x, g, none, y, out, marks, length, 0, n), *ONE, *ONE, False
        ),
        "log_softmax": lambda n: log_softmax.value(
            x, out, marks, length, 0, n, *ONE, False
        ),
        "logsumexp": lambda n: logsumexp.value(x, f, marks, length, 0, n, *ONE),
        "cross-entropy, value and gradient": lambda n: cross_entropy.value_and_grad(
            x, ids, ones, f, out, marks, length, 0, n, *ONE, False
        ),
        "curvature from y": lambda n: softmax.curvature(
            *(y, g, x, out, marks, length, 0, n), ONE[0] / FALL, 0.0, FALL, False
        ),
    }
    for name, call in calls.items():
        if call(rows):
            raise SystemExit(f"{name}: rows of {length} were left to the rule")
        yield name, call, rows // 2


def rows_table(seconds: float) -> Iterator[str]:
    ghz = clock()
    yield f"Clock: {ghz:.2f} cycles a nanosecond."
    yield ""
    heads = (f"ns a row of {k} | cycles for 16" for k in LENGTHS)
    yield "| kernel | " + " | ".join(heads) + " |"
    yield "|---|" + "--:|" * 2 * len(LENGTHS)
    table: dict[str, list[str]] = {}
    for length in LENGTHS:
        for name, call, rows in kernels(length):
            ns = median_slope(call, rows, seconds)
            cells = [f"{ns:.1f}", f"{ns * ghz * 16 / length:.1f}"]
            table.setdefault(name, []).extend(cells)
    for name, cells in table.items():
        yield f"| {name} | " + " | ".join(cells) + " |"


def handed(seconds: float) -> Iterator[str]:
    """Two helpers that sweep rows of ten, handed arrays or pointers."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=ENTRIES).astype(np.float32), np.zeros(ENTRIES, np.float32)
    for name, run in (("arrays", alone.by_arrays), ("pointers", alone.by_pointers)):
        ns = median_slope(lambda n, run=run: run(x, y, 10, n), 800, seconds)
        yield f"* two helpers for each row of 10, handed {name}: {ns:.1f} ns a row"


def touch(size: int, seconds: float) -> Iterator[str]:
    """The first write to each page of new memory, and the second."""
    first, second = [], []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(first) < 5:
        with mmap.mmap(-1, size * MIB) as room:
            pages = np.frombuffer(room, np.uint8)[::PAGE]
            for times in (first, second):
                start = time.perf_counter()
                pages[...] = 1
                times.append(time.perf_counter() - start)
            del pages
    ms = [statistics.median(times) / size * 1e3 for times in (first, second)]
    yield f"* {size} MiB: {ms[0]:.3f} ms a MiB; touched again {ms[1]:.4f}"


def page(seconds: float) -> Iterator[str]:
    """All figures, with the machine they are of."""
    where = ", ".join(f"{k} {v}" for k, v in machine().items())
    yield f"{where}; " + ", ".join(f"{k} {v}" for k, v in versions().items())
    yield f"commit {commit()}"
    yield from ("", "## Rows in the caches", "")
    yield from rows_table(seconds)
    yield from ("", "## Arrays or pointers", "")
    yield from handed(seconds)
    yield from ("", "## First touch of memory", "")
    for size in (1, 16, 150):
        yield from touch(size, seconds)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.in_cache")
    parser.add_argument("--seconds", type=float, default=0.5, help="a figure (0.5)")
    for line in page(parser.parse_args().seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
