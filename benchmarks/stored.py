"""A Parquet folder larger than memory, trained from disk and, where it fits, in memory.

    python -m benchmarks.stored --gigabytes 4 --memory 512MB
    python -m benchmarks.stored --gigabytes 0.2 --memory 192MB --rows FILE.jsonl

The table follows the recipe of a linear probe (`_solver_problems.probe`: classes around
centres, a spectrum that decays), in float32, with a category that says something of the
class.  Each way runs in a fresh process, which tells its highest resident memory; both
train to the same gap on the same encoded rows, and their objectives must agree.  Rows
are appended to benchmarks/rows/stored.jsonl; the data and the cache are deleted.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from benchmarks import machine
from softjet.learn.regression import SoftmaxRegression
from softjet.learn.stored.amount import read_amount
from softjet.learn.stored.progress import Stage
from softjet.learn.stored.table import open_table

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "rows" / "stored.jsonl"
# Noise at which about three rows in four are told right, as a probe's are.
FEATURES, CLASSES, COLOURS, NOISE = 256, 100, 12, 6.0
FILE_ROWS, GROUP_ROWS = 100_000, 10_000
# What a process may take beyond `memory`: Python and its libraries.
BEYOND = 200 * 10**6
# The share of a machine's memory that rows in memory and their copies may take.
MOST_SHARE = 0.5


def make(folder: Path, gigabytes: float) -> int:
    """Files of `probe`'s recipe, as many bytes in all; the number of rows."""
    rng = np.random.default_rng(0)
    spread = np.arange(1, FEATURES + 1) ** -0.5
    centres = rng.normal(size=(CLASSES, FEATURES)) * spread
    turn = np.linalg.qr(rng.normal(size=(FEATURES, FEATURES)))[0]
    favourite = rng.integers(COLOURS, size=CLASSES)
    rows = round(gigabytes * 1e9 / (4 * FEATURES))
    for number, first in enumerate(range(0, rows, FILE_ROWS)):
        count = min(FILE_ROWS, rows - first)
        y = rng.integers(CLASSES, size=count)
        X = centres[y] + NOISE * rng.normal(size=(count, FEATURES)) * spread
        X = (X @ turn).astype(np.float32)
        tossed = rng.integers(COLOURS, size=count)
        colour = np.where(rng.random(count) < 0.5, favourite[y], tossed)
        columns = {f"x{j}": X[:, j] for j in range(FEATURES)}
        columns["colour"] = np.array([f"colour {c:02}" for c in range(COLOURS)])[colour]
        pyarrow.parquet.write_table(
            pa.table(columns | {"y": y}),
            folder / f"part-{number:04}.parquet",
            row_group_size=GROUP_ROWS,
            compression="none",  # noise does not compress
        )
    return rows


def trained(way: str, folder: str, memory: str, tol: str) -> dict[str, Any]:
    """One fit, in this process, and what it took."""
    start = time.perf_counter()
    table = open_table(folder, "y", memory=memory, progress=_tell)
    spent = {"encoding_seconds": time.perf_counter() - start, "built": table.built}
    model = SoftmaxRegression(tol=float(tol))
    start, used = time.perf_counter(), time.process_time()
    if way == "disk":
        model.fit_stored(table)
    else:
        model.fit(*_in_memory(table))
    return spent | {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - used,
        "objective": model.objective_,
        "gap": float(model.gap_),
        "converged": model.converged_,
        "solver": model.solver_,
        "passes": model.passes_,
        "shape": table.shape,
        "peak_bytes": peak(),
    }


def _in_memory(table: Any) -> tuple[np.ndarray, np.ndarray]:
    """The encoded rows that the other way reads, and their labels."""
    shards = table.rows().shards
    X = np.empty(table.shape[:2], np.float32)
    y, first = np.empty(len(X), np.int64), 0
    for shard in shards:
        X[first : first + len(shard.X)] = shard.X
        y[first : first + len(shard.X)] = table.classes[shard.targets]
        first += len(shard.X)
    return X, y


def _tell(stage: Stage, last: list[float] = [0.0]) -> None:  # noqa: B006
    if time.monotonic() - last[0] > 10.0:
        last[0] = time.monotonic()
        line = f"{stage.name}: {stage.done} of {stage.whole} {stage.unit}"
        print(f"{line}, {stage.seconds_left:.0f} s left", file=sys.stderr, flush=True)


def peak() -> int:
    """The highest resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def ways(gigabytes: float) -> Iterator[str]:
    """From disk; and in memory, where rows and their copies fit."""
    yield "disk"
    text = Path("/proc/meminfo").read_text()
    found = re.search(r"MemAvailable:\s+(\d+) kB", text)
    if found and 2.0 * gigabytes * 1e9 < MOST_SHARE * int(found[1]) * 1024:
        yield "memory"


def alone(words: list[str]) -> dict[str, Any]:
    """What a fresh process answers."""
    line = [sys.executable, "-m", "benchmarks.stored", "--one", *words]
    run = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def compare(told: argparse.Namespace) -> int:
    """Make the table, train every way, keep the rows; 1 if a promise was broken."""
    work = Path(tempfile.mkdtemp(dir=told.folder, prefix="softjet-stored-"))
    try:
        folder = work / "table"
        folder.mkdir()
        rows = make(folder, told.gigabytes)
        size = sum(part.stat().st_size for part in folder.iterdir())
        common = {"rows": rows, "parquet_bytes": size, "memory": told.memory}
        found = {}
        for way in ways(told.gigabytes):
            found[way] = alone([way, str(folder), told.memory, str(told.tol)])
            row = {"way": way, "tol": told.tol, **common, **found[way]}
            print(json.dumps(row), flush=True)
            with told.rows.open("a") as file:
                file.write(json.dumps(row | machine.provenance()) + "\n")
    finally:
        shutil.rmtree(work)
    return judged(found, read_amount(told.memory))


def judged(found: dict[str, dict[str, Any]], memory: int) -> int:
    """Say whether what was promised was kept."""
    disk = found["disk"]
    over = disk["peak_bytes"] - memory - BEYOND
    print(f"peak {disk['peak_bytes'] / 1e6:.0f} MB: {-over / 1e6:.0f} MB to spare")
    kept = over <= 0 and disk["converged"]
    if "memory" in found:
        apart = abs(disk["objective"] - found["memory"]["objective"])
        most = disk["gap"] + found["memory"]["gap"]
        print(f"objectives {apart:.2e} apart, proven gaps {most:.2e} together")
        kept &= apart <= most
    return 0 if kept else 1


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="train from disk and in memory")
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--memory", default="512MB")
    parser.add_argument("--tol", type=float, default=1e-6)
    parser.add_argument("--folder", type=Path, help="where there is room on a disk")
    parser.add_argument("--rows", type=Path, default=KEPT)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    told = parser.parse_args(words)
    if told.one:
        print(json.dumps(trained(*told.one)))
        return 0
    return compare(told)


if __name__ == "__main__":
    sys.exit(main())
