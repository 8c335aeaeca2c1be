"""How many threads: for the process, for a block, by the environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kernels._fresh import run_python
from softjet.errors import Refusal
from softjet.kernels import _cores
from softjet.kernels import threads as module
from softjet.kernels.threads import current, threads


@pytest.fixture(autouse=True)
def _number_unset(monkeypatch):
    monkeypatch.setattr(module, "_latest", None)


def test_a_plain_call_is_for_the_process():
    assert threads(3).count == 3
    assert current() == threads().count == 3
    with ThreadPoolExecutor(1) as other:
        assert other.submit(current).result() == 3


def test_a_with_is_for_its_block_and_thread():
    threads(3)
    with threads(2) as inner, ThreadPoolExecutor(1) as other:
        assert (inner.count, current()) == (2, 2)
        assert other.submit(current).result() == 3
        with threads(1):
            assert current() == 1
        assert current() == 2
        threads(5)  # for the process: not here
        assert current() == 2
    assert current() == 5


def test_a_with_ends_after_an_error():
    before = current()
    with pytest.raises(KeyError), threads(before + 1):
        raise KeyError
    assert current() == before


def test_one_object_serves_many_blocks_and_threads():
    one, two = threads(1), threads(2)
    with one, two, one:
        assert current() == 1
    with two:
        with ThreadPoolExecutor(1) as other:
            other.submit(one.__enter__).result()  # and never leaves it
        assert current() == 2


def test_blocks_that_open_at_once_leave_the_process_as_it_was():
    """Made one after the other, entered in any order: nothing of them stays."""
    threads(7)
    for order in ([1, 0, 2], [2, 1, 0], [0, 1, 2]):
        made = [threads(n) for n in (1, 2, 3)]
        for k in order:
            with made[k]:
                assert current() == k + 1
        assert current() == 7


def test_plain_calls_leave_nothing_behind():
    for n in range(1, 100):
        threads(n)
    assert current() == 99
    assert module._latest.before is None


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2", True, np.float64(2)])
def test_what_is_no_number_of_threads_is_refused(bad):
    with pytest.raises(Refusal) as refused:
        threads(bad)
    assert refused.value.code == "threads"
    assert current() == _cores.cores()


def test_numbers_of_numpy_are_numbers():
    assert threads(np.int64(2)).count == 2


@pytest.mark.parametrize(
    ("environment", "number"),
    [
        ({"OMP_NUM_THREADS": "3"}, "3"),
        ({"OMP_NUM_THREADS": " 5,2 "}, "5"),
        ({"NUMBA_NUM_THREADS": "1"}, "1"),
        ({"OMP_NUM_THREADS": "4", "NUMBA_NUM_THREADS": "2"}, "2"),
        ({"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "4"}, "2"),
    ],
)
def test_the_environment_is_obeyed(environment, number):
    code = "from softjet.kernels.threads import current; print(current())"
    assert run_python(code, **environment) == number


@pytest.mark.parametrize("nonsense", ["", "0", "-2", "many"])
def test_an_environment_without_a_number_is_no_limit(nonsense, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", nonsense)
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    given = min([_cores._processors(), *_cores._quotas()])
    assert _cores.cores.__wrapped__() == max(1, given)


def test_quotas_of_control_groups(tmp_path):
    def put(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    put("proc/self/cgroup", "4:cpu,cpuacct:/a\n1:name=systemd:/a\n0::/user/job\n")
    assert _cores._quotas(tmp_path) == []
    put("sys/fs/cgroup/user/job/cpu.max", "max 100000\n")
    assert _cores._quotas(tmp_path) == []
    put("sys/fs/cgroup/user/cpu.max", "250000 100000\n")
    assert _cores._quotas(tmp_path) == [3]
    put("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "100000\n")
    put("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n")
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    assert _cores._quotas(tmp_path) == [1, 3]
