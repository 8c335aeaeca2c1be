"""The compile policy: what is compiled when, what is kept where, and for whom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from softjet.kernels.available import available

if not available():
    pytest.skip("no kernels without Numba", allow_module_level=True)

from kernels._fresh import run_python
from kernels._shares import asked, call, shares
from softjet.kernels import _cache
from softjet.kernels._compile import inlined, kernel, varied


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of this test's own for compiled kernels."""
    chosen = tmp_path / "kernels-of-a-test"
    monkeypatch.setattr(_cache, "_folder", lambda: chosen)
    return chosen


def test_a_kernel_is_compiled_by_its_first_call(folder):
    made = kernel(shares)
    assert made.overloads == {}
    assert not folder.exists()
    assert call(made) == (0, 1)
    assert call(made) == (0, 1)
    assert call(kernel(shares)) == (1, 0)


def test_division_by_zero_and_nan_are_the_processors(folder):
    y = np.empty(3)
    with np.errstate(all="raise"):
        kernel(shares)(np.array([1.0, 0.0, np.nan]), y, 0.0)
    assert y[0] == np.inf
    assert np.isnan(y[1:]).all()


def test_sums_are_in_the_order_they_are_written(folder):
    """Reordered as fast-math may, the small ones would be kept, or all be lost."""

    @kernel
    def total(X, Y):
        s = 0.0
        for i in range(len(X)):
            s += X[i]
        Y[0] = s

    x, y = np.full(4096, 2.0**-53), np.empty(1)
    x[0] = 1.0
    total(x, y)
    assert y[0] == 1.0


def test_read_only_arrays_take_the_same_code(folder):
    made, y = kernel(shares), np.empty(2)
    for frozen in (True, False, True):
        x = np.array([1.0, 3.0])
        x.flags.writeable = not frozen
        made(x, y, 2.0)
        assert y.tolist() == [0.5, 1.5]
    assert asked(made) == (0, 1)
    assert len(list(folder.iterdir())) == 1


def test_a_first_call_by_many_threads_leaves_no_slow_way(folder, monkeypatch):
    """Every later call of a read-only array once took 0.1 ms to find its kernel."""
    made, x = kernel(shares), np.array([1.0, 3.0])
    x.flags.writeable = False
    together = threading.Barrier(4)

    def first() -> None:
        y = np.empty(2)
        together.wait()
        made(x, y, 2.0)

    callers = [threading.Thread(target=first) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    slow: list[object] = []
    monkeypatch.setattr(
        type(made), "_compile_for_args", lambda self, *given: slow.append(given)
    )
    made(x, np.empty(2), 2.0)
    assert not slow


def test_the_gil_is_free_in_a_kernel(folder):
    from softjet.kernels._spin import watch

    words = np.zeros(1, np.int64)
    watch(words, 0, 0, 1)
    watcher = threading.Thread(target=watch, args=(words, 0, 1, 10**12))
    watcher.start()
    time.sleep(0.01)
    words[0] = 1  # seen only if this thread runs while that one is in its kernel
    watcher.join(20)
    assert not watcher.is_alive()


def test_varied_chooses_by_the_first_argument(folder):
    name = varied(float32=lambda v: 32.0, float64=lambda value: 64.0)
    twice = inlined(lambda v: 2 * name(v))

    @kernel
    def put(X, Y):
        Y[0] = name(X[0])
        Y[1] = twice(X)

    for dtype, bits in ((np.float32, 32), (np.float64, 64)):
        y = np.empty(2)
        put(np.zeros(1, dtype), y)
        assert y.tolist() == [bits, 2 * bits]
    with pytest.raises(NotImplementedError):
        name(1.0)


ANSWER = """
import sys, warnings
import numpy as np
from softjet.kernels import softmax
x = np.linspace(-9, 9, 77, dtype=np.float32).reshape(7, 11)
y = np.empty_like(x)
marks = np.zeros(7, np.uint8)
softmax.value(
    x.ravel(), np.empty(0), y.ravel(), marks, 11, 0, 7, 1.0, 0.0, 1.0, False
)
want = np.exp(x.astype(np.float64))
want /= want.sum(1, keepdims=True)
assert (abs(y - want) <= 3 * 2.0**-24 * want).all(), (y / want - 1)
assert not marks.any()
print(*map(len, (softmax.value.stats.cache_hits, softmax.value.stats.cache_misses)))
"""
OLD_PROCESSORS = {
    "haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi2"},
    "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
}
# After a kernel from the disk Numba has not loaded what it compiles with.
THEN_ANOTHER = """
import numba
assert numba.njit(lambda a: np.sort(a)[0] + len(str(a[0])))(np.array([3, 1])) == 2
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A place that two processes filled at once."""
    place = tmp_path_factory.mktemp("compiled")
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", ANSWER],
            env=os.environ | {"SOFTJET_CACHE_DIR": str(place)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.communicate(timeout=120)[0].split() in (["0", "1"], ["1", "0"])
    return place


def test_processes_share_what_was_compiled(shared):
    (folder,) = shared.iterdir()
    assert [file.suffix for file in folder.iterdir()] == [_cache.SUFFIX]
    assert run_python(ANSWER + THEN_ANOTHER, SOFTJET_CACHE_DIR=str(shared)) == "1 0"


@pytest.mark.parametrize("processor", OLD_PROCESSORS)
def test_another_processor_has_code_of_its_own(processor, shared, tmp_path):
    """Without AVX-512, and without a fused multiply-add: right, and kept apart."""
    place = tmp_path / "copy"
    shutil.copytree(shared, place)
    own = {"SOFTJET_CACHE_DIR": str(place)}
    assert run_python(ANSWER, **own, **OLD_PROCESSORS[processor]) == "0 1"
    assert run_python(ANSWER, **own) == "1 0"
    assert len(list(place.rglob(f"*{_cache.SUFFIX}"))) == 2


def test_a_place_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").touch()
    code = """
import numpy as np
from softjet.kernels._spin import watch
print(watch(np.zeros(1, np.int64), 0, 0, 1), len(watch.stats.cache_misses))
"""
    own = {"SOFTJET_CACHE_DIR": str(tmp_path / "file" / "below")}
    assert run_python(code, **own) == "True 1"


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, "True True"),
        ({"SOFTJET_KERNELS": "1"}, "True True"),
        ({"SOFTJET_KERNELS": "0"}, "False False"),
        ({"NUMBA_DISABLE_JIT": "1"}, "False False"),
    ],
)
def test_kernels_are_turned_off_by_the_environment(environment, answer):
    code = """
import sys
from softjet.kernels.available import available
print(available(), "numba" in sys.modules)
"""
    assert run_python(code, **environment) == answer


def test_without_a_numba_that_works_there_are_none(tmp_path):
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text(
        "raise ImportError('needs NumPy 1')"
    )
    code = "from softjet.kernels.available import available; print(available())"
    assert run_python(code, PYTHONPATH=str(tmp_path)) == "False"
