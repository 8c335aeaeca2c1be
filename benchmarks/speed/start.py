"""What a program pays before its first answer, in processes of their own.

import      the import alone, NumPy being loaded already
cold        the first softmax, nothing compiled on disk (ours has a disk cache alone)
warm        the first softmax, with what the run before left on disk

The rounds are interleaved; each process reports its own clock.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.peers import cores
from benchmarks.race import LEAST_ROUNDS, Outcome

IMPORTS = {
    "softjet": "import softjet",
    "SciPy": "import scipy.special",
    "torch": "import torch",
    "JAX": "import jax, jax.numpy",
    "ONNX Runtime": "import onnxruntime",
}
CALLS = {
    "softjet": "softjet.softmax(x)",
    "SciPy": "scipy.special.softmax(x, axis=-1)",
    "torch": "torch.softmax(torch.from_numpy(x), -1)",
    "JAX": "jax.block_until_ready(jax.nn.softmax(jax.numpy.asarray(x), -1))",
    "ONNX Runtime": None,
}
WHY = {"ONNX Runtime": "has no call without a model"}
PROGRAM = """
import time, numpy as np
x = np.ones((8, 10), np.float32)
start = time.perf_counter()
{load}
loaded = time.perf_counter()
{call}
print(loaded - start, time.perf_counter() - loaded)
"""
KINDS = ("import", "first call, cold cache", "first call, warm cache")


def measure(wanted: list[str], seconds: float) -> Iterator[tuple[Case, list[Outcome]]]:
    """The races of the three kinds, from the same processes."""
    times: dict[tuple[str, str], list[float]] = {}
    notes: dict[str, str] = {}
    wanted = ["softjet", *(name for name in wanted if name in IMPORTS)]
    wanted = list(dict.fromkeys(wanted))
    start, rounds = time.perf_counter(), 0
    while rounds < LEAST_ROUNDS or time.perf_counter() - start < seconds:
        for name in wanted:
            _sample(name, times, notes)
        rounds += 1
    for kind in KINDS:
        case = Case(kind, () if kind == "import" else (8, 10), threads=cores())
        yield case, [_outcome(name, kind, times, notes) for name in wanted]


def _sample(
    name: str, times: dict[tuple[str, str], list[float]], notes: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS[1:]:
            answer = _run(name, folder)
            if answer is None:
                notes[name] = "is not installed"
                return
            times.setdefault((name, "import"), []).append(answer[0])
            times.setdefault((name, kind), []).append(answer[1])
        if name == "softjet":
            files = [f for f in Path(folder).rglob("*") if f.is_file()]
            size = sum(f.stat().st_size for f in files)
            notes[name] = f"disk cache {size / 1e6:.2f} MB in {len(files)} files"


def _run(name: str, folder: str) -> tuple[float, float] | None:
    """Seconds of the import and of the first call, in a new process."""
    program = PROGRAM.format(load=IMPORTS[name], call=CALLS[name] or "")
    environment = {**os.environ, "SOFTJET_CACHE_DIR": folder}
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
    )
    if "ModuleNotFoundError" in run.stderr:
        return None
    if run.returncode:
        raise RuntimeError(f"{name} did not start:\n{run.stderr}")
    loaded, called = run.stdout.split()
    return float(loaded), float(called)


def _outcome(
    name: str,
    kind: str,
    times: dict[tuple[str, str], list[float]],
    notes: dict[str, str],
) -> Outcome:
    samples = times.get((name, kind), [])
    if not samples:
        return Outcome(name, "lacks", note=notes[name])
    if kind != "import" and CALLS[name] is None:
        return Outcome(name, "lacks", note=WHY[name])
    median = statistics.median(samples)
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    note = notes.get(name, "") if kind == "first call, cold cache" else ""
    return Outcome(
        name,
        "raced",
        "new",
        note,
        seconds=median,
        spread=(high - low) / median,
        rounds=len(samples),
        batch=1,
    )
