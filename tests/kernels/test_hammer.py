"""Many threads and processes at once, for seconds; benchmarks/hammer.py has minutes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import hammer
from softjet.kernels.available import available

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")

ROOT = Path(__file__).parents[2]
# A cold start of 32 threads on kernels that nobody has compiled.
COLD = """
import threading
import numpy as np, softjet
gate = threading.Barrier(32)
found = []
def ask(number):
    x = np.linspace(-9, 9, 12).astype(np.float32).reshape(3, 4)
    gate.wait()
    f = softjet.softmax if number % 2 else softjet.sigmoid
    found.append((number % 2, f(x).tobytes()))
threads = [threading.Thread(target=ask, args=(n,)) for n in range(32)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len(set(found)))
"""


@pytest.fixture(scope="module")
def asked() -> list[hammer.Call]:
    return hammer.calls()


@pytest.fixture(scope="module")
def right(asked: list[hammer.Call]) -> list[str]:
    return hammer.answers(asked)


def test_the_calls_are_of_everything(asked: list, right: list) -> None:
    assert {(c.name, c.mode, c.dtype.name) for c in asked} == {
        (name, mode, dtype.name)
        for name, mode in hammer.PAIRS
        for dtype in hammer.DTYPES
    }
    assert len(set(right)) == len(right)


def test_thirty_two_threads(asked: list, right: list) -> None:
    tally = hammer.hammer(asked, right, 2.0, hammer.THREADS)
    assert not tally.wrong
    assert tally.calls > 0  # how many, a loaded machine decides


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes(method: str, asked: list, right: list) -> None:
    """Every start method of this system, "forkserver" too."""
    tally = hammer.processes(method, asked, right, 0.5, count=2)
    assert not tally.wrong
    assert tally.calls > 0


def test_a_wrong_answer_is_seen(asked: list, right: list) -> None:
    wrong = hammer.hammer(asked, right[1:] + right[:1], 0.1, 2)
    assert len(wrong.wrong) == wrong.calls > 0


def test_a_dead_process_is_seen(asked: list, right: list, monkeypatch) -> None:
    monkeypatch.setattr(hammer, "child", _die)
    method = multiprocessing.get_all_start_methods()[0]
    (line,) = hammer.processes(method, asked, right, 0.0, count=1).wrong
    assert "died: exit code 7" in line


def _die(*_: object) -> None:
    os._exit(7)


def test_a_cold_start_of_many_threads(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", COLD],
        env={**os.environ, "PYTHONPATH": path, "SOFTJET_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert run.stdout.split() == ["32", "2"]
